"""Cores, processor, memory and name of the machine."""

import os
import platform
import socket
from pathlib import Path

import pytest

from reglab import machine
from reglab.machine import (
    count_cores,
    find_boot,
    find_host,
    find_memory,
    find_processor,
    find_processor_flags,
)


@pytest.mark.parametrize(
    ("quota", "count"),
    [
        ("max 100000\n", 6),
        ("200000 100000\n", 2),
        ("150000 100000\n", 2),
        ("20000 100000\n", 1),
        ("1600000 100000\n", 6),
        ("nonsense\n", 6),
        (None, 6),
    ],
)
def test_cores_are_those_of_affinity_and_quota(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quota: str | None, count: int
) -> None:
    """The affinity has six cores; a lower quota is rounded up; a file without a quota is ignored."""
    path = tmp_path / "cpu.max"
    if quota is not None:
        path.write_text(quota)
    monkeypatch.setattr(machine, "_CGROUP_QUOTA", path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(6)), raising=False)
    assert count_cores() == count


def test_cores_without_affinity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without affinity, as on macOS, all cores are counted; one if their number is unknown."""
    monkeypatch.setattr(machine, "_CGROUP_QUOTA", tmp_path / "none")
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert count_cores() == 3
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert count_cores() == 1


def test_processor_and_flags_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The values of the first core are used."""
    listing = tmp_path / "cpuinfo"
    listing.write_text(
        "processor\t: 0\nmodel name\t: AMD: EPYC\nvmx flags\t: ept\nflags\t\t: fpu avx512_bf16\n\n"
        "model name\t: other\nflags\t\t: fpu\n"
    )
    monkeypatch.setattr(machine, "_CPUINFO", listing)
    assert find_processor() == "AMD: EPYC"
    assert find_processor_flags() == {"fpu", "avx512_bf16"}


@pytest.mark.parametrize("text", [None, "", "Features: asimd\n"])
def test_a_system_that_does_not_list_the_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    """The file is missing, as on macOS, or lacks the lines, as on ARM: the architecture and no flags."""
    listing = tmp_path / "cpuinfo"
    if text is not None:
        listing.write_text(text)
    monkeypatch.setattr(machine, "_CPUINFO", listing)
    assert find_processor() == (platform.processor() or platform.machine())
    assert find_processor_flags() == frozenset()


@pytest.mark.parametrize(("limit", "memory"), [("1048576\n", 2**20), ("max\n", None), (None, None)])
def test_memory_of_a_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str | None, memory: int | None
) -> None:
    """Its limit, if there is one and it is lower than the memory of the machine."""
    path = tmp_path / "memory.max"
    monkeypatch.setattr(machine, "_CGROUP_MEMORY", path)
    everything = find_memory()
    if limit is not None:
        path.write_text(limit)
    assert find_memory() == (memory or everything)


def test_memory_and_host() -> None:
    """Memory is in bytes; the host is the name in the network."""
    memory = find_memory()
    assert memory is None or memory > 2**20
    assert find_host() == socket.gethostname()


def test_the_running_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux gives it an identity; other systems give none."""
    path = tmp_path / "boot_id"
    monkeypatch.setattr(machine, "_BOOT", path)
    assert find_boot() == ""
    path.write_text("bd6f7a2e\n")
    assert find_boot() == "bd6f7a2e"

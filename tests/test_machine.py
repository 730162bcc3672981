"""How many cores a process may use."""

import os
from pathlib import Path

import pytest

from reglab import machine as cores
from reglab.machine import count_cores


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
    """Six by affinity; a container's quota, rounded up, may be lower; an odd file has no say."""
    path = tmp_path / "cpu.max"
    if quota is not None:
        path.write_text(quota)
    monkeypatch.setattr(cores, "_CGROUP_QUOTA", path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(6)), raising=False)
    assert count_cores() == count


def test_cores_without_affinity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system knows none, as macOS, all cores; one where even that is unknown."""
    monkeypatch.setattr(cores, "_CGROUP_QUOTA", tmp_path / "none")
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert count_cores() == 3
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert count_cores() == 1

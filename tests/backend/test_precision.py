"""Which precision `auto` is, from what the processor says of itself."""

from pathlib import Path

import pytest

from reglab.backend import precision
from reglab.backend.precision import Choice, choose_precision, read_cpu_flags
from reglab.config.training import Precision


@pytest.mark.parametrize("setting", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize("gpu", [True, False])
def test_what_the_experiment_says_is_done(setting: Precision, gpu: bool) -> None:
    """Whatever the machine has."""
    choice = choose_precision(setting, gpu, 8.0, frozenset({"amx_bf16"}))
    assert choice == Choice(setting, "as the experiment says")


@pytest.mark.parametrize(
    ("flags", "policy", "reason"),
    [
        ({"sse2", "amx_bf16", "avx512_bf16"}, "mixed_bfloat16", "the processor has amx_bf16"),
        ({"avx512_bf16"}, "mixed_bfloat16", "the processor has avx512_bf16"),
        ({"avx512f"}, "float32", "the processor has no bfloat16 instructions"),
        (set(), "float32", "the processor has no bfloat16 instructions"),
    ],
)
def test_auto_follows_the_processor(flags: set[str], policy: str, reason: str) -> None:
    """bfloat16 where there are instructions for it, with the reason; float32 elsewhere."""
    got = choose_precision("auto", gpu=False, cpu_flags=frozenset(flags))
    assert got == Choice(policy, f"auto: {reason}")


@pytest.mark.parametrize(
    ("capability", "policy", "reason"),
    [
        (9.0, "mixed_bfloat16", "a GPU of compute capability 9.0 has bfloat16"),
        (8.0, "mixed_bfloat16", "a GPU of compute capability 8.0 has bfloat16"),
        (7.5, "float32", "a GPU of compute capability 7.5 may have no bfloat16 units"),
        (None, "float32", "a GPU of unknown compute capability may have no bfloat16 units"),
    ],
)
def test_auto_follows_the_gpu(capability: float | None, policy: str, reason: str) -> None:
    """From Ampere on; the processor has no say."""
    got = choose_precision("auto", gpu=True, capability=capability, cpu_flags=frozenset({"amx_bf16"}))
    assert got == Choice(policy, f"auto: {reason}")


def test_flags_are_read_from_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first core's flags decide, where none are given."""
    listing = tmp_path / "cpuinfo"
    listing.write_text("processor\t: 0\nvmx flags\t: ept\nflags\t\t: fpu avx512_bf16\n\nflags\t\t: fpu\n")
    monkeypatch.setattr(precision, "_CPU_FLAGS", listing)
    assert read_cpu_flags() == {"fpu", "avx512_bf16"}
    assert choose_precision("auto", gpu=False).policy == "mixed_bfloat16"


@pytest.mark.parametrize("text", [None, "", "Features: asimd\n"])
def test_unreadable_flags_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    """No such file, as on macOS, or none with that line, as on ARM: float32."""
    listing = tmp_path / "cpuinfo"
    if text is not None:
        listing.write_text(text)
    monkeypatch.setattr(precision, "_CPU_FLAGS", listing)
    assert read_cpu_flags() == frozenset()
    assert choose_precision("auto", gpu=False).policy == "float32"

"""The precision of `auto`, from the features of processor and GPU."""

import pytest

from reglab.backend import precision
from reglab.backend.precision import Choice, choose_precision
from reglab.config.training import Precision


@pytest.mark.parametrize("setting", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize("gpu", [True, False])
def test_the_experiments_setting_is_used(setting: Precision, gpu: bool) -> None:
    """On every machine."""
    choice = choose_precision(setting, gpu, 8.0, frozenset({"amx_bf16"}))
    assert choice == Choice(setting, "set in the experiment")


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
    """bfloat16 where there are instructions for it, with the reason; else float32."""
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
    """From Ampere on; the processor has no effect."""
    got = choose_precision("auto", gpu=True, capability=capability, cpu_flags=frozenset({"amx_bf16"}))
    assert got == Choice(policy, f"auto: {reason}")


def test_flags_are_those_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """If no flags are passed."""
    monkeypatch.setattr(precision, "find_processor_flags", lambda: frozenset({"avx512_bf16"}))
    assert choose_precision("auto", gpu=False).policy == "mixed_bfloat16"

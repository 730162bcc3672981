"""Which floating-point precision a machine should train in, and why."""

from dataclasses import dataclass
from pathlib import Path

from reglab.config.training import Precision

_CPU_FLAGS = Path("/proc/cpuinfo")
_BFLOAT16_FLAGS = ("amx_bf16", "avx512_bf16")
_GPU_WITH_BFLOAT16 = 8.0


@dataclass(frozen=True)
class Choice:
    """A Keras dtype policy, and the reason for it in a few words."""

    policy: str
    reason: str


def choose_precision(
    setting: Precision,
    gpu: bool,
    capability: float | None = None,
    cpu_flags: frozenset[str] | None = None,
) -> Choice:
    """Decides what `auto` means here.

    mixed_bfloat16 computes in bfloat16 and keeps the weights in float32. It about doubles the speed
    where the processor has instructions for it, and is several times slower where it has not.

    Args:
        setting: the experiment's.
        gpu: whether the training will run on a GPU.
        capability: the GPU's compute capability, 8.0 from Ampere on; None where that is not known.
        cpu_flags: what the processor can do; read from the system where left out.

    Returns:
        The policy to train with.
    """
    if setting != "auto":
        return Choice(setting, "as the experiment says")
    if gpu:
        if capability is not None and capability >= _GPU_WITH_BFLOAT16:
            return Choice("mixed_bfloat16", f"auto: a GPU of compute capability {capability} has bfloat16")
        known = f"of compute capability {capability}" if capability else "of unknown compute capability"
        return Choice("float32", f"auto: a GPU {known} may have no bfloat16 units")
    flags = read_cpu_flags() if cpu_flags is None else cpu_flags
    for flag in _BFLOAT16_FLAGS:
        if flag in flags:
            return Choice("mixed_bfloat16", f"auto: the processor has {flag}")
    return Choice("float32", "auto: the processor has no bfloat16 instructions")


def read_cpu_flags() -> frozenset[str]:
    """The processor's features as Linux names them; empty where that cannot be read."""
    try:
        text = _CPU_FLAGS.read_text()
    except OSError:
        return frozenset()
    lines = (line.partition(":") for line in text.splitlines())
    return next((frozenset(value.split()) for key, _, value in lines if key.strip() == "flags"), frozenset())

"""Floating-point precision of a training, chosen for the machine, and the reason."""

from dataclasses import dataclass

from reglab.config.training import Precision
from reglab.machine import find_processor_flags

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
    """Returns the precision of the experiment; for `auto`, one that suits this machine.

    mixed_bfloat16 computes in bfloat16 and keeps the weights in float32. `auto` chooses it if the hardware
    has bfloat16 instructions. A processor without them emulates bfloat16, which is several times slower.

    Args:
        setting: `training.precision` of the experiment.
        gpu: whether the training will run on a GPU.
        capability: compute capability of the GPU, 8.0 or more since Ampere; None if unknown.
        cpu_flags: features of the processor, such as `amx_bf16`; those of this machine if omitted.
    """
    if setting != "auto":
        return Choice(setting, "set in the experiment")
    if gpu:
        if capability is not None and capability >= _GPU_WITH_BFLOAT16:
            return Choice("mixed_bfloat16", f"auto: a GPU of compute capability {capability} has bfloat16")
        known = f"of compute capability {capability}" if capability else "of unknown compute capability"
        return Choice("float32", f"auto: a GPU {known} may have no bfloat16 units")
    flags = find_processor_flags() if cpu_flags is None else cpu_flags
    for flag in _BFLOAT16_FLAGS:
        if flag in flags:
            return Choice("mixed_bfloat16", f"auto: the processor has {flag}")
    return Choice("float32", "auto: the processor has no bfloat16 instructions")

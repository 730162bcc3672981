"""The choice of kernels that a regularizer acts on."""

from typing import Literal

from reglab.regularizers.base import Position

Kernels = Literal["all", "conv", "dense"]
"""`conv`: convolutions; `dense`: hidden dense layers and the output; `all`: both."""


def covers(kernels: Kernels, position: Position) -> bool:
    """Whether `kernels` includes the kernel at `position`; the output is a dense layer."""
    if position.kind == "convolution":
        return kernels in ("all", "conv")
    return kernels in ("all", "dense") and position.kind in ("dense", "output")

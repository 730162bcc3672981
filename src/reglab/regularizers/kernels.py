"""Which kernels a technique acts on: every one, those of convolutions, or those of dense layers."""

from typing import Literal

from reglab.regularizers.base import Position

Kernels = Literal["all", "conv", "dense"]
"""`conv`: convolutions; `dense`: hidden dense layers and the output; `all`: both."""


def covers(kernels: Kernels, position: Position) -> bool:
    """Whether the kernel of the layer at `place` is among `kernels`; the output counts as dense."""
    if position.kind == "convolution":
        return kernels in ("all", "conv")
    return kernels in ("all", "dense") and position.kind in ("dense", "output")

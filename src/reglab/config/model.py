"""The `model` section: the convolutional network without its regularizers."""

from typing import Annotated, Literal

from pydantic import Field

from reglab.config.base import Count, Frozen

Activation = Literal["relu", "leaky_relu", "elu", "selu", "gelu", "silu", "tanh", "sigmoid"]
Head = Literal["global_max_pooling", "global_average_pooling", "flatten"]


class Model(Frozen):
    """The convolutional network: groups of convolutions, a head, dense layers, the output."""

    groups: Annotated[tuple[Annotated[tuple[Count, ...], Field(min_length=1)], ...], Field(min_length=1)] = (
        (32, 32),
        (64, 64),
        (128, 128),
    )
    """Filters of each convolution, group by group; pooling sits after each group."""
    kernel_size: Annotated[int, Field(ge=1, le=15)] = 3
    """Side of every convolution's kernel, pixels."""
    activation: Activation = "relu"
    """After every convolution and every hidden dense layer."""
    head: Head = "global_max_pooling"
    """How the last feature maps become a vector."""
    dense: tuple[Count, ...] = (64,)
    """Widths of the hidden dense layers; may be empty."""
    residual: bool = False
    """Add each group's input to the output of its last convolution, before the activation."""

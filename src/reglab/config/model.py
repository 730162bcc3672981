"""The `model` section: the convolutional network without its regularizers."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from reglab.config.base import Count, Frozen
from reglab.config.conflict import Conflict

_MOST_LAYERS = 100

Activation = Literal["relu", "leaky_relu", "elu", "selu", "gelu", "silu", "tanh", "sigmoid"]
Head = Literal["global_max_pooling", "global_average_pooling", "flatten"]
Filters = Annotated[tuple[Count, ...], Field(min_length=1)]


class Model(Frozen):
    """The convolutional network: groups of convolutions, a head, dense layers, the output."""

    groups: Annotated[tuple[Filters, ...], Field(min_length=1, examples=[[[32, 32], [64]]])] = (
        (32, 32),
        (64, 64),
        (128, 128),
    )
    """Number of filters of each convolution, by group; a pooling regularizer acts after each group."""
    kernel_size: Annotated[int, Field(ge=1, le=15)] = 3
    """Side of the kernel of every convolution, pixels."""
    activation: Activation = "relu"
    """Activation after every convolution and every hidden dense layer."""
    head: Head = "global_max_pooling"
    """How the last feature maps are reduced to a vector."""
    dense: Annotated[tuple[Count, ...], Field(examples=[[64]])] = (64,)
    """Units of each hidden dense layer; `[]` for no hidden layer."""
    residual: bool = False
    """Add the input of each group to the output of its last convolution, before the activation.

    The shortcut is the identity, or a 1×1 convolution if the number of channels changes (He, Zhang, Ren and
    Sun, "Deep Residual Learning for Image Recognition", 2016).
    """

    def conflicts(self) -> Iterable[Conflict]:
        """More layers than Keras can build, which calls itself for each layer."""
        layers = sum(map(len, self.groups)) + len(self.dense)
        if layers > _MOST_LAYERS:
            message = f"expected at most {_MOST_LAYERS} convolutions and dense layers in all, got {layers:,}"
            yield Conflict("groups", message)

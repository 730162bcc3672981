"""The size of a network: its layers, their parameters and their multiply-adds."""

import math
from dataclasses import dataclass
from typing import Any

from reglab.regularizers.layers.stock import name_kind


@dataclass(frozen=True)
class LayerRow:
    """One layer of the table.

    Attributes:
        name: name of the layer.
        kind: its class in Keras, such as `Conv2D`.
        output_shape: shape for one image, such as `(32, 32, 64)`.
        parameters: number of its parameters, trainable or not.
        multiply_adds: multiply-adds of its kernel for one image.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int


@dataclass(frozen=True)
class Size:
    """A network's layers, and its numbers of trainable and other parameters."""

    layers: tuple[LayerRow, ...]
    trainable: int
    non_trainable: int

    @property
    def parameters(self) -> int:
        """Number of all parameters."""
        return self.trainable + self.non_trainable

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds of all kernels for one image."""
        return sum(layer.multiply_adds for layer in self.layers)


def measure_size(network: Any) -> Size:
    """Counts a built network's layers, parameters and multiply-adds."""
    rows = tuple(_measure_layer(layer) for layer in network.layers if layer.name != "images")
    trainable = sum(math.prod(weight.shape) for weight in network.trainable_weights)
    non_trainable = sum(math.prod(weight.shape) for weight in network.non_trainable_weights)
    return Size(rows, trainable, non_trainable)


def _measure_layer(layer: Any) -> LayerRow:
    shape = tuple(layer.output.shape[1:])
    kernel = getattr(layer, "kernel", None)
    # A convolution applies its kernel at every position of its output, a dense layer once.
    positions = math.prod(shape[:-1])
    multiply_adds = 0 if kernel is None else positions * math.prod(kernel.shape)
    return LayerRow(layer.name, name_kind(layer), shape, layer.count_params(), multiply_adds)

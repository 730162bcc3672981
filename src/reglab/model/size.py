"""How large a network is: its layers, their parameters and their multiply-adds."""

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LayerRow:
    """One layer of the table.

    Attributes:
        name: of the layer.
        kind: Keras's name of it: `Conv2D`.
        output_shape: of one image: `(32, 32, 64)`.
        parameters: how many, trainable or not.
        multiply_adds: for one image, of kernels alone.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int


@dataclass(frozen=True)
class Size:
    """A network's layers and their sums."""

    layers: tuple[LayerRow, ...]
    trainable: int
    non_trainable: int

    @property
    def parameters(self) -> int:
        """All of them."""
        return self.trainable + self.non_trainable

    @property
    def multiply_adds(self) -> int:
        """For one image, in inference."""
        return sum(layer.multiply_adds for layer in self.layers)


def measure_size(network: Any) -> Size:
    """Counts a built network's layers, parameters and multiply-adds."""
    rows = tuple(_measure_layer(layer) for layer in network.layers if layer.weights or layer.name != "images")
    trainable = sum(math.prod(weight.shape) for weight in network.trainable_weights)
    non_trainable = sum(math.prod(weight.shape) for weight in network.non_trainable_weights)
    return Size(rows, trainable, non_trainable)


def _measure_layer(layer: Any) -> LayerRow:
    shape = tuple(layer.output.shape[1:])
    kernel = getattr(layer, "kernel", None)
    # A convolution's kernel is applied once at every place of its output, a dense layer's once.
    places = math.prod(shape[:-1])
    multiply_adds = 0 if kernel is None else places * math.prod(kernel.shape)
    kind = type(layer).__name__.removeprefix("Fused")
    return LayerRow(layer.name, kind, shape, layer.count_params(), multiply_adds)

"""The layer that drops residual branches. Imports Keras; import it only inside a seat."""

from typing import Any

import keras
from keras import layers, ops


class StochasticDepthLayer(layers.Layer):
    """Zeroes whole images with probability 1 − survival while training; scales by survival in inference.

    It computes in float32 under every dtype policy.

    Args:
        survival: probability that an image keeps its branch, in (0, 1).
        seed: seed of the draws.
        name: name of the layer.
    """

    def __init__(self, survival: float, seed: int, name: str) -> None:
        super().__init__(name=name, dtype="float32")
        self.survival = survival
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Feature maps `(n, height, width, channels)` as float32, zeroed or scaled."""
        if not training:
            return inputs * self.survival
        draws = keras.random.uniform(
            (ops.shape(inputs)[0], 1, 1, 1), dtype="float32", seed=self.seed_generator
        )
        return inputs * ops.cast(draws < self.survival, "float32")

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The input shape."""
        return input_shape

    def make_stock(self) -> Any:
        """A multiplication by survival, which equals this layer in inference."""
        return layers.Rescaling(self.survival, name=self.name, dtype="float32")

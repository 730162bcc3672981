"""The base of layers that change images. Imports Keras; import it only inside a seat."""

from typing import Any

import keras
from keras import ops


class PixelLayer(keras.layers.Layer):
    """Changes images at random while training; the identity in inference.

    It computes in float32 under every dtype policy, since bfloat16 would round pixels and coordinates.
    Subclasses override `change`.

    Args:
        seed: seed of the draws; each draw follows from it and the number of draws before.
        name: name of the layer.
    """

    def __init__(self, seed: int, name: str) -> None:
        super().__init__(name=name, dtype="float32")
        self.seed_generator = keras.random.SeedGenerator(seed)

    def change(self, images: Any) -> Any:
        """Changed images of the same shape, for `(n, height, width, channels)` float32 in [0, 255]."""
        raise NotImplementedError

    def call(self, images: Any, training: bool = False) -> Any:
        """Images of any dtype as float32 of the same shape, changed if `training`."""
        images = ops.cast(images, "float32")
        return self.change(images) if training else images

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The input shape."""
        return input_shape

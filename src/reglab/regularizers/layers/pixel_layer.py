"""What every layer for the images has in common. Imports Keras, and is itself imported when needed."""

from typing import Any

import keras
from keras import ops


class PixelLayer(keras.layers.Layer):
    """Changes images at random while training, and is the identity in inference.

    It computes in float32 whatever the global policy is: eight bits of mantissa would round the pixels
    and blur positions. What a layer does to the images stands in its `change`.

    Args:
        seed: of the draws; with the number of draws so far it fixes every one.
        name: of the layer.
    """

    def __init__(self, seed: int, name: str) -> None:
        super().__init__(name=name, dtype="float32")
        self.seed_generator = keras.random.SeedGenerator(seed)

    def change(self, images: Any) -> Any:
        """Other images: float32 of the same shape, for `(n, height, width, channels)` float32 in [0, 255]."""
        raise NotImplementedError

    def call(self, images: Any, training: bool = False) -> Any:
        """Images of any type as float32 of the same shape, changed if `training`."""
        images = ops.cast(images, "float32")
        return self.change(images) if training else images

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The shape stays."""
        return input_shape

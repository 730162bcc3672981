"""The layer that adds normal noise to images. Imports Keras, and is itself imported when needed."""

from typing import Any

import keras
from keras import ops


class PixelNoiseLayer(keras.layers.Layer):
    """Adds normal noise to float32 images while training, and is the identity in inference.

    `keras.layers.GaussianNoise` takes deviations up to 1, too little for pixels in [0, 255], and under
    `mixed_bfloat16` it would round the pixels to eight bits of mantissa.

    Args:
        stddev: standard deviation of the noise, grey levels.
        seed: of the noise; with the number of steps so far it fixes every draw.
        name: of the layer.
    """

    def __init__(self, stddev: float, seed: int, name: str) -> None:
        super().__init__(name=name, dtype="float32")
        self.stddev = stddev
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, images: Any, training: bool = False) -> Any:
        """Float32 images of the shape that came, noisy if `training`."""
        images = ops.cast(images, "float32")
        if not training:
            return images
        noise = keras.random.normal(
            ops.shape(images), stddev=self.stddev, dtype="float32", seed=self.seed_generator
        )
        return images + noise

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The shape stays."""
        return input_shape

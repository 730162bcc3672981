"""The layer that adds normal noise to images. Imports Keras; import it only inside a seat."""

from typing import Any

import keras
from keras import ops

from reglab.regularizers.layers.pixel_layer import PixelLayer


class PixelNoiseLayer(PixelLayer):
    """Adds normal noise to images.

    `keras.layers.GaussianNoise` accepts standard deviations up to 1, too small for pixels in [0, 255].

    Args:
        stddev: standard deviation of the noise, grey levels.
        seed: seed of the noise; each draw follows from it and the number of draws before.
        name: name of the layer.
    """

    def __init__(self, stddev: float, seed: int, name: str) -> None:
        super().__init__(seed, name)
        self.stddev = stddev

    def change(self, images: Any) -> Any:
        """The images with noise, not clipped to [0, 255]."""
        noise = keras.random.normal(
            ops.shape(images), stddev=self.stddev, dtype="float32", seed=self.seed_generator
        )
        return images + noise

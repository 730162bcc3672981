"""The layer that adds normal noise to images. Imports Keras, and is itself imported when needed."""

from typing import Any

import keras
from keras import ops

from reglab.regularizers.layers.pixel_layer import PixelLayer


class PixelNoiseLayer(PixelLayer):
    """Adds normal noise to images.

    `keras.layers.GaussianNoise` takes deviations up to 1, too little for pixels in [0, 255].

    Args:
        stddev: standard deviation of the noise, grey levels.
        seed: of the noise; with the number of steps so far it fixes every draw.
        name: of the layer.
    """

    def __init__(self, stddev: float, seed: int, name: str) -> None:
        super().__init__(seed, name)
        self.stddev = stddev

    def change(self, images: Any) -> Any:
        """The images, noisy; not cut off at 0 and 255."""
        noise = keras.random.normal(
            ops.shape(images), stddev=self.stddev, dtype="float32", seed=self.seed_generator
        )
        return images + noise

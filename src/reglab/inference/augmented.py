"""Augmented training images for a preview."""

import keras
import numpy as np
from numpy.typing import NDArray

from reglab.experiment import Experiment
from reglab.model.network import input_layers


def augment_images(experiment: Experiment, images: NDArray[np.uint8], versions: int) -> NDArray[np.uint8]:
    """Applies the input layers of an experiment, with new random numbers for each version.

    Args:
        experiment: with augmentation, noise or erasing.
        images: `(n, height, width, channels)` uint8.
        versions: number of versions of each image.

    Returns:
        `(n, versions, height, width, channels)` uint8, rounded and clipped.
    """
    batch = np.repeat(images, versions, axis=0).astype(np.float32)
    for layer in input_layers(experiment):
        batch = keras.ops.convert_to_numpy(layer(batch, training=True))
    pixels = np.clip(np.rint(batch), 0, 255).astype(np.uint8)
    return pixels.reshape(len(images), versions, *images.shape[1:])

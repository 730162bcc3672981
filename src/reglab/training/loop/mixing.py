"""Mixed images: how much of each pixel is kept, and how images and labels follow from it."""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from reglab.experiment import Experiment
from reglab.random_keys import mixing_generator


class Mixing:
    """Draws how much of each pixel is kept, for the regularizers that mix images.

    The draws depend on the arguments of `draw` alone, so there is no random state to save.

    Args:
        experiment: with at least one such regularizer.
    """

    def __init__(self, experiment: Experiment) -> None:
        regularizers = experiment.regularizers
        active = zip(regularizers.names, regularizers.active, strict=True)
        self._mixers = {name: one for name, one in active if one.takes("share_pixels")}
        self._seed = experiment.training.seed
        self._height, self._width, _ = experiment.data.image_shape

    def draw(self, count: int, epoch: int, offset: int) -> NDArray[np.float32]:
        """The product of the shares of all mixing regularizers, `(count, height | 1, width | 1)`.

        Args:
            count: images in the batch.
            epoch: from 0.
            offset: images of the epoch before this batch.
        """
        product = np.ones((count, 1, 1), np.float32)
        for name, mixer in self._mixers.items():
            random = mixing_generator(self._seed, name, epoch, offset)
            product = product * mixer.share_pixels(random, count, self._height, self._width)
        return product


def find_mixing(experiment: Experiment) -> Mixing | None:
    """The mixing of an experiment; None if no regularizer mixes images."""
    mixes = any(regularizer.takes("share_pixels") for regularizer in experiment.regularizers.active)
    return Mixing(experiment) if mixes else None


def mix_targets(targets: NDArray[np.float32], shares: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mixed targets `(n, classes)`: each keeps the mean share of its pixels, as `MixingLayer` mixes."""
    kept = shares.mean(axis=(1, 2), dtype=np.float64).astype(np.float32)[:, None]
    mixed: NDArray[np.float32] = kept * targets + (1 - kept) * np.roll(targets, 1, axis=0)
    return mixed


class MixingLayer(keras.layers.Layer):
    """Mixes each image with the one before it in the batch, the first with the last; training only.

    A batch is a random choice of images in random order, so the image before is a random one too. Only
    the image of a last batch of one is mixed with itself, and so left as it is.
    """

    def __init__(self) -> None:
        super().__init__(name="mixing", dtype="float32", trainable=False)

    def call(self, images: Any, shares: Any, training: bool = False) -> Any:
        """Mixed images, for images `(n, height, width, channels)` and shares `(n, height | 1, width | 1)`."""
        if not training:
            return images
        kept = shares[..., None]
        return kept * images + (1 - kept) * ops.roll(images, 1, axis=0)

    def compute_output_spec(self, images: Any, shares: Any, training: bool = False) -> Any:
        """The shape and dtype of the images."""
        return keras.KerasTensor(images.shape, dtype="float32")

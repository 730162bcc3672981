"""Mixed images: the share of each pixel that is kept, and the mixing of images and labels."""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from reglab.experiment import Experiment
from reglab.random_keys import mixing_generator


class Mixing:
    """Draws the share of each pixel that is kept, for the regularizers that mix images.

    The numbers depend only on the arguments of `draw` and the seed, so there is no random state to save.

    Args:
        experiment: with at least one regularizer that mixes images.
    """

    def __init__(self, experiment: Experiment) -> None:
        active = experiment.regularizers.named
        self._mixers = {name: one for name, one in active.items() if one.takes("share_pixels")}
        self._seed = experiment.training.seed
        self._height, self._width, _ = experiment.data.image_shape

    def draw(self, count: int, epoch: int, offset: int) -> NDArray[np.float32]:
        """The product of the shares of all mixing regularizers, `(count, height | 1, width | 1)` float32.

        Args:
            count: images in the batch.
            epoch: counted from 0.
            offset: number of images of the epoch before this batch.
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
    """Mixed targets `(n, classes)`: each label keeps the mean share of its image's pixels (`MixingLayer`)."""
    kept = shares.mean(axis=(1, 2), dtype=np.float64).astype(np.float32)[:, None]
    mixed: NDArray[np.float32] = kept * targets + (1 - kept) * np.roll(targets, 1, axis=0)
    return mixed


class MixingLayer(keras.layers.Layer):
    """Mixes each image with the one before it in the batch, the first with the last; training only.

    A batch has random images in random order, so the image before is random too. If the last batch has only
    one image, this image is mixed with itself and does not change.
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

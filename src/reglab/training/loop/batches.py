"""The batches of the training images, keyed by (seed, epoch, offset)."""

from functools import lru_cache
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from reglab.random_keys import shuffle_generator
from reglab.training.loop.mixing import Mixing, mix_targets


class Batches(keras.utils.PyDataset):
    """Batches of image indices and labels.

    A batch contains the images at [offset, offset + batch_size) of its epoch's shuffle, so it depends only on
    its number. A backend may therefore read batches ahead, and a resumed training gets the same batches as a
    training without interruption.

    Attributes:
        images: number of images of each epoch in these batches.
        steps_per_epoch: number of batches of each epoch.
        full_batches: number of those batches that contain `batch_size` images.
    """

    def __init__(
        self,
        indices: NDArray[np.int32],
        targets: NDArray[np.float32],
        *,
        batch_size: int,
        seed: int,
        first_epoch: int,
        epochs: int,
        offset: int = 0,
        steps: int | None = None,
        mixing: Mixing | None = None,
    ) -> None:
        """Plans the batches of the epochs in [first_epoch, epochs), counted from 0.

        Args:
            indices: `(n,)` indices of the training images.
            targets: `(images, classes)` one-hot labels of all images.
            batch_size: images in a batch; the last batch of an epoch may be smaller.
            seed: the experiment's seed.
            first_epoch: the first epoch.
            epochs: the last epoch plus 1.
            offset: images to skip at the start of each epoch.
            steps: at most this many batches of each epoch; None for all.
            mixing: draws the shares of mixed images; None for an experiment that does not mix.
        """
        super().__init__(workers=1)
        self._indices = indices
        self._targets = targets
        self._batch_size = batch_size
        self._first_epoch = first_epoch
        self._epochs = epochs
        self._offset = offset
        self._mixing = mixing
        left = len(indices) - offset
        self.images = left if steps is None else min(left, steps * batch_size)
        self.steps_per_epoch = -(-self.images // batch_size)
        self.full_batches = self.images // batch_size
        self._order = lru_cache(maxsize=2)(lambda epoch: order_images(len(indices), seed, epoch))

    def __len__(self) -> int:
        return self.steps_per_epoch * (self._epochs - self._first_epoch)

    def __getitem__(self, number: int) -> tuple[Any, NDArray[np.float32]]:
        """Indices `(n,)` and targets `(n, classes)`; with mixing, (indices, shares) and mixed targets."""
        epoch, step = divmod(number, self.steps_per_epoch)
        order: Any = self._order(self._first_epoch + epoch)
        start = self._offset + step * self._batch_size
        chosen = self._indices[order[start : start + self._batch_size]]
        if self._mixing is None:
            return chosen, self._targets[chosen]
        shares = self._mixing.draw(len(chosen), self._first_epoch + epoch, start)
        return (chosen, shares), mix_targets(self._targets[chosen], shares)

    def count_steps(self, batches: int) -> int:
        """Steps of the optimizer in the first `batches` batches of an epoch: one for each batch."""
        return batches

    def count_images(self, batches: int) -> int:
        """Images in the first `batches` batches of an epoch."""
        return min(batches * self._batch_size, self.images)


def order_images(count: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """A permutation of `count` images, `(count,)`, for an epoch counted from 0."""
    return shuffle_generator(seed, epoch).permutation(count)

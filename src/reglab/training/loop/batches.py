"""The order of the training images, keyed by (seed, epoch)."""

from functools import lru_cache
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from reglab.random_keys import shuffle_generator


class Batches(keras.utils.PyDataset):
    """Batches of image numbers and labels for all epochs, one after the other.

    Which images a batch holds follows from its number alone. So a backend may fetch batches ahead, over
    the end of an epoch too, and a resumed training sees the same batches as one that never stopped.
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
    ) -> None:
        """Sets out the batches from `first_epoch`, counted from 0, up to `epochs`.

        Args:
            indices: `(n,)` numbers of the training images.
            targets: `(images, classes)` one-hot labels of all images.
            batch_size: images a batch; the last one of an epoch may be smaller.
            seed: the experiment's.
            first_epoch: the first epoch to train.
            epochs: the epoch after the last one.
        """
        super().__init__(workers=1)
        self._indices = indices
        self._targets = targets
        self._batch_size = batch_size
        self._first_epoch = first_epoch
        self._epochs = epochs
        self._order = lru_cache(maxsize=2)(lambda epoch: order_images(len(indices), seed, epoch))

    @property
    def steps_per_epoch(self) -> int:
        """Batches of one epoch."""
        return -(-len(self._indices) // self._batch_size)

    @property
    def full_batches(self) -> int:
        """Those of one epoch that hold `batch_size` images."""
        return len(self._indices) // self._batch_size

    def __len__(self) -> int:
        return self.steps_per_epoch * max(1, self._epochs - self._first_epoch)

    def __getitem__(self, number: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        epoch, step = divmod(number, self.steps_per_epoch)
        order: Any = self._order(self._first_epoch + epoch)
        start = step * self._batch_size
        chosen = self._indices[order[start : start + self._batch_size]]
        return chosen, self._targets[chosen]

    def count_steps(self, batches: int) -> int:
        """Steps of the optimizer in so many batches: one each."""
        return batches


def order_images(count: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """A permutation of `count` images, `(count,)`, for an epoch counted from 0."""
    return shuffle_generator(seed, epoch).permutation(count)

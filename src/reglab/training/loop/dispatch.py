"""Several training steps in one dispatch, for a device on which one step is too short.

A step of a small network takes a GPU a fraction of a millisecond, less than Keras's Python loop needs to
dispatch it. On JAX with a GPU, `fit` therefore receives bundles of batches, and one compiled loop on the
device trains on all batches of a bundle. The computation is the same.
"""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from reglab.training.loop.batches import Batches
from reglab.training.loop.index_model import IndexModel


class Bundles(keras.utils.PyDataset):
    """Stacked batches of equal size; the smaller last batch of an epoch is a bundle of its own.

    Attributes:
        images: number of images of each epoch in these bundles.
        steps_per_epoch: number of bundles of each epoch; `fit` counts each as one step.
    """

    def __init__(self, batches: Batches, size: int) -> None:
        """Stacks batches.

        Args:
            batches: of the training.
            size: largest number of batches in a bundle, at least 1.
        """
        super().__init__(workers=1)
        self._batches = batches
        full, steps = batches.full_batches, batches.steps_per_epoch
        self._firsts: list[int] = [*range(0, full, size), full, *([steps] if full < steps else [])]
        self.images = batches.images
        self.steps_per_epoch = len(self._firsts) - 1

    def __len__(self) -> int:
        return self.steps_per_epoch * (len(self._batches) // self._batches.steps_per_epoch)

    def __getitem__(self, number: int) -> tuple[Any, NDArray[np.float32]]:
        """The arrays of the batches, stacked along a new first axis: `(steps, batch, …)`."""
        epoch, bundle = divmod(number, self.steps_per_epoch)
        before = epoch * self._batches.steps_per_epoch
        steps = range(before + self._firsts[bundle], before + self._firsts[bundle + 1])
        batches = [self._batches[step] for step in steps]
        stacked: tuple[Any, NDArray[np.float32]] = keras.tree.map_structure(
            lambda *parts: np.stack(parts), *batches
        )
        return stacked

    def count_steps(self, bundles: int) -> int:
        """Steps of the optimizer in the first `bundles` bundles of an epoch."""
        return self._firsts[bundles]

    def count_images(self, bundles: int) -> int:
        """Images in the first `bundles` bundles of an epoch."""
        return self._batches.count_images(self._firsts[bundles])


class BundleModel(IndexModel):
    """An index model that trains on all batches of a bundle in one dispatch; for JAX only."""

    def train_step(self, state: Any, data: Any) -> Any:
        """Returns the logs of the last step, and the state; `data` is a bundle."""
        import jax

        step = super().train_step

        def scanned(state: Any, batch: Any) -> Any:
            logs, state = step(state, batch)
            return state, logs

        state, logs = jax.lax.scan(scanned, state, data)
        return jax.tree.map(lambda values: values[-1], logs), state

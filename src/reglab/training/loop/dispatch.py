"""Many steps in one dispatch, for a device that a step does not keep busy long enough.

A step of a small network takes a GPU a fraction of a millisecond, and Keras's loop in Python longer
than that to order it. Where JAX has a GPU, what `fit` takes for a batch is therefore a bundle of
batches, which one compiled loop on the device works through; the sum of what is computed is the same.
"""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from reglab.training.loop.batches import Batches
from reglab.training.loop.index_model import IndexModel


class Bundles(keras.utils.PyDataset):
    """Batches of the same size, stacked; what is left of an epoch makes smaller bundles of its own.

    Attributes:
        steps_per_epoch: bundles of one epoch, which `fit` takes for its steps.
    """

    def __init__(self, batches: Batches, size: int) -> None:
        """Stacks batches.

        Args:
            batches: of the training.
            size: most batches in a bundle, at least 1.
        """
        super().__init__(workers=1)
        self._batches = batches
        self._firsts = _find_first_steps(batches.full_batches, batches.steps_per_epoch, size)
        self.steps_per_epoch = len(self._firsts) - 1

    def __len__(self) -> int:
        return self.steps_per_epoch * (len(self._batches) // self._batches.steps_per_epoch)

    def __getitem__(self, number: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Indices `(steps, batch)` and targets `(steps, batch, classes)`."""
        epoch, bundle = divmod(number, self.steps_per_epoch)
        before = epoch * self._batches.steps_per_epoch
        steps = range(before + self._firsts[bundle], before + self._firsts[bundle + 1])
        indices, targets = zip(*(self._batches[step] for step in steps), strict=True)
        return np.stack(indices), np.stack(targets)

    def count_steps(self, bundles: int) -> int:
        """Steps of the optimizer in so many bundles from the beginning of an epoch."""
        return self._firsts[bundles]


def _find_first_steps(full: int, steps: int, size: int) -> list[int]:
    """Where bundles begin in an epoch, and where it ends."""
    firsts = list(range(0, full, size))
    return [*firsts, full, steps] if full < steps else [*firsts, full]


class BundleModel(IndexModel):
    """An index model that makes all steps of a bundle in one dispatch; JAX alone."""

    def train_step(self, state: Any, data: Any) -> Any:
        """The logs after the last step, and the state; `data` is a bundle."""
        import jax

        step = super().train_step

        def scanned(state: Any, batch: Any) -> Any:
            logs, state = step(state, batch)
            return state, logs

        state, logs = jax.lax.scan(scanned, state, data)
        return jax.tree.map(lambda values: values[-1], logs), state

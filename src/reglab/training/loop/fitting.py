"""Calls of Keras's `fit`, each of which trains all epochs or a part of one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reglab.config.training import Training
from reglab.training.loop.batches import Batches
from reglab.training.loop.callbacks import Progress
from reglab.training.loop.dispatch import Bundles
from reglab.training.loop.index_model import IndexModel


@dataclass(frozen=True, eq=False)
class Fitting:
    """Trains models on the same images.

    Attributes:
        images: `(n,)` int32, indices of the training images.
        targets: `(images, classes)` float32, one-hot labels of all images of the data set.
        steps_per_dispatch: more than 1 to bundle batches.
    """

    images: NDArray[np.int32]
    targets: NDArray[np.float32]
    steps_per_dispatch: int

    def train(self, model: IndexModel, progress: Progress, training: Training, steps: int | None) -> int:
        """Calls `fit` until the training is complete or pauses, or `steps` steps are done.

        Args:
            model: compiled.
            progress: the callback with the position in the training.
            training: the section `training` of the experiment.
            steps: largest number of steps, which may span several epochs; None for all.

        Returns:
            Steps done.
        """
        done = 0
        progress.pausing = False
        while not (progress.is_complete(training.epochs) or progress.pausing):
            if steps is not None and done >= steps:
                break
            before = int(model.optimizer.iterations)
            self._fit(model, progress, training, None if steps is None else steps - done)
            done += int(model.optimizer.iterations) - before
        return done

    def _fit(self, model: IndexModel, progress: Progress, training: Training, steps: int | None) -> None:
        """Calls `fit` once: to the end of the training or of the epoch, or for at most `steps` steps."""
        to_end = steps is None and not progress.images_done
        epochs = training.epochs if to_end else progress.epochs_done + 1
        batches = Batches(
            self.images,
            self.targets,
            batch_size=training.batch_size,
            seed=training.seed,
            first_epoch=progress.epochs_done,
            epochs=epochs,
            offset=progress.images_done,
            steps=steps,
            mixing=model.mixing,
        )
        # A new feed for each call, since a backend may have read batches of the last feed ahead.
        feed = Bundles(batches, self.steps_per_dispatch) if self.steps_per_dispatch > 1 else batches
        progress.feed = feed
        model.keeps_metrics = progress.images_done > 0
        model.fit(
            feed,
            steps_per_epoch=feed.steps_per_epoch,
            initial_epoch=progress.epochs_done,
            epochs=epochs,
            shuffle=False,
            verbose=0,
            callbacks=[progress],
        )

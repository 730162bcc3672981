"""The turns of a contestant that trains with Keras's `fit`."""

import time
from collections.abc import Mapping

import keras
from report import report, wait_for_turn


class Turns(keras.callbacks.Callback):
    """An epoch a turn, timed as reglab's are: from its beginning to the end of its last step."""

    def __init__(self, images: int) -> None:
        """Takes the number of images in an epoch."""
        super().__init__()
        self._images = images
        self._begin = 0.0
        self._end = 0.0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Waits, and starts the clock."""
        wait_for_turn()
        self._begin = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Stops it, for the time being."""
        self._end = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Reports."""
        report(self._images / (self._end - self._begin))

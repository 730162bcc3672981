"""What happens around each epoch: measuring first, then the regularizers' callbacks, then recording."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import keras
import numpy as np

from reglab.backend.start import Backend
from reglab.data.split import Split
from reglab.errors import TrainingError
from reglab.runs.history import Epoch
from reglab.training.listener import Listener
from reglab.training.loop.measurement import measure, predict_logits
from reglab.training.record.checkpoint import StatefulCallback, capture
from reglab.training.record.journal import Journal


class Measuring(keras.callbacks.Callback):
    """Measures clean training and validation images after each epoch, and completes the logs with them.

    Attributes:
        row: the record of the last epoch.
    """

    def __init__(self, split: Split, learning_rate: float | Callable[[Any], Any]) -> None:
        super().__init__()
        self.row: Epoch | None = None
        self._split = split
        self._learning_rate = learning_rate
        self._begin = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Starts the clock."""
        self._begin = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
        """Measures; raises TrainingError where a figure is not a number."""
        split = self._split
        _check_finite(epoch + 1, loss=logs["loss"])
        logits = predict_logits(self.model, np.concatenate([split.clean, split.validation]))
        clean = measure(logits[: len(split.clean)], split.labels[split.clean])
        validation = measure(logits[len(split.clean) :], split.labels[split.validation])
        self.row = Epoch(
            epoch=epoch + 1,
            seconds=time.perf_counter() - self._begin,
            learning_rate=self._rate(),
            train_loss=float(logs["loss"]),
            train_accuracy=float(logs["accuracy"]),
            train_cross_entropy=float(logs["cross_entropy"]),
            clean_cross_entropy=clean.cross_entropy,
            clean_accuracy=clean.accuracy,
            val_cross_entropy=validation.cross_entropy,
            val_accuracy=validation.accuracy,
            penalty=math.fsum(float(keras.ops.convert_to_numpy(penalty)) for penalty in self.model.losses),
            gap_accuracy=clean.accuracy - validation.accuracy,
            gap_cross_entropy=validation.cross_entropy - clean.cross_entropy,
        )
        record = asdict(self.row)
        _check_finite(**record)
        logs.update(record)

    def _rate(self) -> float:
        if callable(self._learning_rate):
            return float(self._learning_rate(self.model.optimizer.iterations - 1))
        return self._learning_rate


class Recording(keras.callbacks.Callback):
    """Keeps each epoch; the last of the callbacks, since it keeps what the others remember too."""

    def __init__(
        self, journal: Journal, measuring: Measuring, others: Sequence[StatefulCallback], backend: Backend
    ) -> None:
        super().__init__()
        self._journal = journal
        self._measuring = measuring
        self._others = others
        self._backend = backend

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Writes checkpoint, history and status."""
        row = self._measuring.row
        if row is None:
            raise RuntimeError("Recording needs Measuring in front of it.")
        stopped = bool(self.model.stop_training)
        self._journal.record(capture(self.model, self._others, row, stopped, self._backend))


class Reporting(keras.callbacks.Callback):
    """Tells a display how far the training is."""

    def __init__(self, listener: Listener, measuring: Measuring, count_steps: Callable[[int], int]) -> None:
        """Tells `listener`; `count_steps` says how many steps so many batches of `fit` are."""
        super().__init__()
        self._display = listener
        self._measuring = measuring
        self._count_steps = count_steps

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """A new epoch."""
        self._display.begin_epoch(epoch + 1)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """One step more, or a bundle of them."""
        self._display.advance(self._count_steps(batch + 1))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """The epoch's figures."""
        if self._measuring.row is not None:
            self._display.end_epoch(self._measuring.row)


def _check_finite(epoch: int, **figures: float) -> None:
    for name, figure in figures.items():
        if not math.isfinite(figure):
            raise TrainingError(
                f"{name} became {figure} in epoch {epoch}; "
                "a lower training.optimizer.learning_rate, or some warm-up, may help"
            )

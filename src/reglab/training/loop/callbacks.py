"""The callbacks of `fit`: they measure, call the regularizers' callbacks, record and report."""

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import keras

from reglab.data.split import Split
from reglab.errors import TrainingError
from reglab.runs.history import Epoch
from reglab.training.listener import Listener
from reglab.training.loop.batches import Batches
from reglab.training.loop.dispatch import Bundles
from reglab.training.loop.measurement import measure_clean_and_validation
from reglab.training.loop.optimizer import read_learning_rate
from reglab.training.loop.state import StatefulCallback, WeightsKeeper


class Measuring(keras.callbacks.Callback):
    """Measures clean training and validation images after each epoch, and adds the numbers to the logs.

    Args:
        split: has the indices of these images.
        learning_rate: what `build_learning_rate` returned for the optimizer.

    Attributes:
        row: the record of the last epoch.
        learning_rate: the argument; assigned again when the model gets a new optimizer.
    """

    def __init__(self, split: Split, learning_rate: Any = None) -> None:
        super().__init__()
        self.row: Epoch | None = None
        self.learning_rate = learning_rate
        self._split = split
        self._begin = 0.0
        self._seconds_before = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Starts the clock."""
        self._begin = time.perf_counter()

    def pause(self) -> None:
        """Stops the clock in the middle of an epoch; the next `on_epoch_begin` starts it again."""
        self._seconds_before += time.perf_counter() - self._begin

    def reset(self) -> None:
        """Discards the time of an epoch that is not continued."""
        self._seconds_before = 0.0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
        """Measures; raises TrainingError if a number is not finite."""
        _check_finite(epoch + 1, {"loss": logs["loss"]})
        clean, validation = measure_clean_and_validation(self.model, self._split)
        self.row = Epoch(
            epoch=epoch + 1,
            seconds=time.perf_counter() - self._begin + self._seconds_before,
            learning_rate=read_learning_rate(self.model.optimizer, self.learning_rate),
            train_loss=float(logs["loss"]),
            train_accuracy=float(logs["accuracy"]),
            train_cross_entropy=float(logs["cross_entropy"]),
            clean_cross_entropy=clean.cross_entropy,
            clean_accuracy=clean.accuracy,
            val_cross_entropy=validation.cross_entropy,
            val_accuracy=validation.accuracy,
            penalty=read_penalty(self.model.network),
            gap_accuracy=clean.accuracy - validation.accuracy,
            gap_cross_entropy=validation.cross_entropy - clean.cross_entropy,
            extra_loss=None if self.model.extra_loss is None else self.model.extra_loss.read_mean(),
        )
        self._seconds_before = 0.0
        figures = self.row.figures
        _check_finite(epoch + 1, figures)
        logs.update(figures)


class Progress(keras.callbacks.Callback):
    """Counts the epochs and images of a training, and calls the callbacks of the regularizers.

    Several calls of `fit` may train one epoch, and a training may have many calls. The callbacks of the
    regularizers are called as if there were one call: `on_train_begin` once, `on_epoch_begin` and
    `on_epoch_end` once in each epoch.

    Args:
        split: images of the training.
        listener: receives the progress.
        record: called with the record of each finished epoch, after the regularizers' callbacks.

    Attributes:
        measuring: builds the records.
        train_images: number of images of an epoch.
        callbacks: of the regularizers, by `regularizer/number`.
        epochs_done: number of finished epochs.
        images_done: number of images of the current epoch that have been trained on.
        steps_done: number of steps of the current epoch.
        stopped: whether a callback has ended the training.
        pausing: whether `fit` ends after the current step, or bundle of steps.
        feed: batches of the next `fit`.
    """

    feed: Batches | Bundles

    def __init__(self, split: Split, listener: Listener, record: Callable[[Epoch], None]) -> None:
        super().__init__()
        self.measuring = Measuring(split)
        self.callbacks: Mapping[str, Any] = {}
        self.epochs_done = 0
        self.images_done = 0
        self.stopped = False
        self.pausing = False
        self.train_images = len(split.train)
        self._listener = listener
        self._record = record
        self.steps_done = 0
        self._batches_done = 0
        self._is_announced = False
        self._started: set[Any] = set()

    @property
    def stateful(self) -> dict[str, StatefulCallback]:
        """The callbacks whose state is saved with the training, by `regularizer/number`."""
        return {name: one for name, one in self.callbacks.items() if isinstance(one, StatefulCallback)}

    @property
    def kept_epoch(self) -> int:
        """Epoch, from 1, of the weights after `finish`."""
        keepers = (kept for kept in self.callbacks.values() if isinstance(kept, WeightsKeeper))
        return next((keeper.kept_epoch for keeper in keepers if keeper.kept_epoch), self.epochs_done)

    @property
    def images_now(self) -> int:
        """Number of images of the current epoch that have been trained on, also within a call of `fit`."""
        return self.images_done + (self.feed.count_images(self._batches_done) if self._batches_done else 0)

    def is_complete(self, epochs: int) -> bool:
        """Whether all of a number of epochs are done, or a callback has ended the training."""
        return self.stopped or self.epochs_done >= epochs

    def use(self, model: Any, learning_rate: Any, callbacks: Mapping[str, Any]) -> None:
        """Replaces the model, its learning rate and the callbacks of the regularizers."""
        self.measuring.learning_rate, self.callbacks = learning_rate, callbacks
        # Callbacks that are no longer used would keep their models in memory.
        self._started &= set(callbacks.values())
        for callback in (self, self.measuring, *callbacks.values()):
            callback.set_model(model)

    def resume(self, epochs_done: int, images_done: int, steps_done: int, stopped: bool) -> None:
        """Continues from another state; `steps_done` is the number of steps of the current epoch."""
        self.epochs_done, self.images_done, self.stopped = epochs_done, images_done, stopped
        self.steps_done = steps_done
        self._is_announced = False
        self.measuring.reset()

    def restart(self) -> None:
        """Continues a training that has ended; the callbacks start anew."""
        if self.stopped:
            self.stopped = False
            self._started.clear()
            self.measuring.model.drop_measured_weights()

    def start(self) -> None:
        """Calls `on_train_begin` of the callbacks for which it has not been called."""
        for callback in self.callbacks.values():
            if callback not in self._started:
                self._started.add(callback)
                callback.on_train_begin()

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """A call of `fit` starts."""
        for callback in self.callbacks.values():
            callback.set_params(self.params)
        self.start()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """An epoch starts, or the next part of one."""
        self.measuring.on_epoch_begin(epoch)
        self._batches_done = 0
        if not self.images_done:
            self.steps_done = 0
            for callback in self.callbacks.values():
                callback.on_epoch_begin(epoch)
        if not self._is_announced:
            self._is_announced = True
            self._listener.begin_epoch(epoch + 1)

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """A step starts, or a bundle of steps."""
        for callback in self.callbacks.values():
            callback.on_train_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """A step is done, or a bundle of steps."""
        for callback in self.callbacks.values():
            callback.on_train_batch_end(batch, logs)
        self._batches_done = batch + 1
        self._listener.advance(self.steps_done + self.feed.count_steps(self._batches_done))
        if self.pausing:
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: dict[str, Any]) -> None:
        """An epoch is done, or a part of one."""
        batches, self._batches_done = self._batches_done, 0
        self.images_done += self.feed.count_images(batches)
        if self.images_done < self.train_images:
            self.steps_done += self.feed.count_steps(batches)
            self.measuring.pause()
            return
        # From here on, only a callback of a regularizer may end the training.
        self.model.stop_training = False
        with self.model.measured_weights():
            self.measuring.on_epoch_end(epoch, logs)
            for callback in self.callbacks.values():
                callback.on_epoch_end(epoch, logs)
        self.epochs_done, self.images_done = epoch + 1, 0
        self._is_announced = False
        self.stopped = bool(self.model.stop_training)
        self.model.stop_training = self.stopped or self.pausing
        if self.measuring.row is not None:
            self._record(self.measuring.row)
            self._listener.end_epoch(self.measuring.row)

    def finish(self) -> None:
        """Ends the training and calls `on_train_end`, which may restore the weights of an earlier epoch."""
        self.start()
        self.stopped = True
        self.measuring.model.keep_measured_weights()
        for callback in self.callbacks.values():
            callback.on_train_end()


def read_penalty(network: Any) -> float:
    """The sum of the penalties in the loss, such as L1 and L2."""
    return math.fsum(float(keras.ops.convert_to_numpy(penalty)) for penalty in network.losses)


def _check_finite(epoch: int, figures: Mapping[str, float]) -> None:
    for name, figure in figures.items():
        if not math.isfinite(figure):
            raise TrainingError(
                f"{name} became {figure} in epoch {epoch}; "
                "a lower training.optimizer.learning_rate, or some warm-up, may help"
            )

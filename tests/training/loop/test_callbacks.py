"""Measurements after each epoch, and the callbacks of a training in parts."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from reglab.data.split import Split
from reglab.errors import TrainingError
from reglab.experiment import Experiment
from reglab.runs.history import Epoch
from reglab.training.listener import Listener
from reglab.training.loop.batches import Batches
from reglab.training.loop.callbacks import Measuring, Progress
from reglab.training.subject import Subject

AS_TRAINED = {"loss": 1.5, "accuracy": 0.5, "cross_entropy": 1.25}


class _Model:
    """Gives the same logits for every image, and has two penalties."""

    def __init__(self, logits: tuple[float, ...] = (0.0, 0.0, 0.0)) -> None:
        self.optimizer = SimpleNamespace(iterations=np.int64(4))
        self.network = SimpleNamespace(losses=[np.float32(0.125), np.float32(0.25)])
        self.extra_loss: Any = None
        self.stop_training = False
        self._logits = logits

    def feed_unmixed(self, indices: np.ndarray) -> np.ndarray:
        return indices

    def measured_weights(self) -> AbstractContextManager[None]:
        return nullcontext()

    def keep_measured_weights(self) -> None:
        return

    def predict(self, indices: np.ndarray, **options: Any) -> np.ndarray:
        return np.tile(np.array(self._logits, np.float32), (len(indices), 1))


@pytest.fixture
def subject(
    make_experiment: Callable[..., Experiment], make_subject: Callable[[Experiment], Subject]
) -> Subject:
    return make_subject(make_experiment())


@pytest.fixture
def split(subject: Subject) -> Split:
    return subject.split


def test_an_epoch_is_measured(split: Split) -> None:
    """All columns, in the record and in the logs, where callbacks read them."""
    logs: dict[str, Any] = dict(AS_TRAINED)
    measuring = _measuring(split, _Model())
    measuring.on_epoch_begin(4)
    measuring.on_epoch_end(4, logs)
    row = measuring.row
    assert row is not None
    assert (row.epoch, row.learning_rate, row.penalty) == (5, 0.5, 0.375)
    assert (row.train_loss, row.train_accuracy, row.train_cross_entropy) == (1.5, 0.5, 1.25)
    assert row.clean_cross_entropy == pytest.approx(np.log(3))
    assert (row.val_accuracy, row.gap_accuracy) == (1 / 3, 0)
    assert row.seconds >= 0
    assert {**AS_TRAINED, **row.figures} == logs


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_ends_the_training(split: Split, value: float) -> None:
    """The message names the number, the epoch and a remedy."""
    measuring = _measuring(split, _Model())
    measuring.on_epoch_begin(1)
    with pytest.raises(TrainingError) as caught:
        measuring.on_epoch_end(1, {**AS_TRAINED, "loss": value})
    assert str(caught.value) == (
        f"loss became {value} in epoch 2; a lower training.optimizer.learning_rate, or some warm-up, may help"
    )
    assert measuring.row is None


def test_a_measurement_that_is_not_finite_ends_it_too(split: Split) -> None:
    """The last step of an epoch may be the one that breaks the weights."""
    measuring = _measuring(split, _Model((np.nan, 0.0, 0.0)))
    measuring.on_epoch_begin(0)
    with pytest.raises(TrainingError) as caught:
        measuring.on_epoch_end(0, dict(AS_TRAINED))
    assert str(caught.value) == (
        "clean_cross_entropy became nan in epoch 1; "
        "a lower training.optimizer.learning_rate, or some warm-up, may help"
    )


def test_callbacks_see_one_training(subject: Subject) -> None:
    """However many calls of `fit` and models it has: begin and end once, each epoch once."""
    calls: list[Any] = []
    rows: list[Epoch] = []
    progress = Progress(subject.split, _Reported(calls), rows.append)
    progress.use(_Model(), lambda step: 0.5, {"noted/0": _Noted(calls)})
    # An epoch of 60 images in parts of 32 and 28, then a whole one in one call.
    for epoch, parts in ((0, ((0, 2), (32, 2))), (1, ((0, 4),))):
        for offset, steps in parts:
            progress.feed = Batches(
                subject.split.train,
                np.zeros((90, 3), np.float32),
                batch_size=16,
                seed=0,
                first_epoch=epoch,
                epochs=epoch + 1,
                offset=offset,
                steps=steps,
            )
            progress.set_params({})
            progress.set_model(_Model())
            progress.on_train_begin()
            progress.on_epoch_begin(epoch)
            for batch in range(steps):
                progress.on_train_batch_end(batch)
            progress.on_epoch_end(epoch, dict(AS_TRAINED))
    progress.finish()
    steps_of_epoch = [("advance", step) for step in (1, 2, 3, 4)]
    assert calls == [
        "train begin",
        *("epoch begin", ("begin epoch", 1), *steps_of_epoch, "epoch end", ("end epoch", 1)),
        *("epoch begin", ("begin epoch", 2), *steps_of_epoch, "epoch end", ("end epoch", 2)),
        "train end",
    ]
    assert [row.epoch for row in rows] == [1, 2]
    assert (progress.epochs_done, progress.images_done, progress.stopped) == (2, 0, True)


class _Noted(keras.callbacks.Callback):
    """Notes when it is called."""

    def __init__(self, calls: list[Any]) -> None:
        super().__init__()
        self._calls = calls

    def on_train_begin(self, logs: Any = None) -> None:
        self._calls.append("train begin")

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._calls.append("epoch begin")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._calls.append("epoch end")

    def on_train_end(self, logs: Any = None) -> None:
        self._calls.append("train end")


class _Reported(Listener):
    """Notes what is reported to it."""

    def __init__(self, calls: list[Any]) -> None:
        self._calls = calls

    def begin_epoch(self, epoch: int) -> None:
        self._calls.append(("begin epoch", epoch))

    def advance(self, step: int) -> None:
        self._calls.append(("advance", step))

    def end_epoch(self, row: Epoch) -> None:
        self._calls.append(("end epoch", row.epoch))


def _measuring(split: Split, model: _Model) -> Measuring:
    measuring = Measuring(split, lambda step: 0.5)
    measuring.set_model(model)
    return measuring

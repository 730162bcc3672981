"""What is measured after an epoch, and what stops a training that has gone wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reglab.backend.precision import Choice
from reglab.backend.start import Backend
from reglab.data.split import Split
from reglab.errors import TrainingError
from reglab.experiment import Experiment
from reglab.runs.layout import RunDirectory
from reglab.training.loop.callbacks import Measuring, Recording
from reglab.training.record.journal import Journal
from reglab.training.subject import Subject

AS_TRAINED = {"loss": 1.5, "accuracy": 0.5, "cross_entropy": 1.25}


class _Model:
    """Gives the same logits for every image, and has two penalties."""

    def __init__(self, logits: tuple[float, ...] = (0.0, 0.0, 0.0)) -> None:
        self.losses = [np.float32(0.125), np.float32(0.25)]
        self.stop_training = False
        self._logits = logits

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
    """All columns, in the record and in the logs; the callbacks behind it read them there."""
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
    assert {**AS_TRAINED, **vars(row)} == logs


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_loss_that_is_no_number_ends_the_training(split: Split, value: float) -> None:
    """The message names figure, epoch and remedy."""
    measuring = _measuring(split, _Model())
    measuring.on_epoch_begin(1)
    with pytest.raises(TrainingError) as caught:
        measuring.on_epoch_end(1, {**AS_TRAINED, "loss": value})
    assert str(caught.value) == (
        f"loss became {value} in epoch 2; a lower training.optimizer.learning_rate, or some warm-up, may help"
    )
    assert measuring.row is None


def test_a_measured_figure_that_is_no_number_ends_it_too(split: Split) -> None:
    """The last step of an epoch may be the one that breaks the weights."""
    measuring = _measuring(split, _Model((np.nan, 0.0, 0.0)))
    measuring.on_epoch_begin(0)
    with pytest.raises(TrainingError) as caught:
        measuring.on_epoch_end(0, dict(AS_TRAINED))
    assert str(caught.value) == (
        "clean_cross_entropy became nan in epoch 1; "
        "a lower training.optimizer.learning_rate, or some warm-up, may help"
    )


def test_recording_without_measuring_is_our_own_mistake(subject: Subject, tmp_path: Path) -> None:
    """The order of the callbacks is fixed."""
    run = RunDirectory(tmp_path / "tiny" / "seed-0")
    run.create()
    backend = Backend("tensorflow", False, 1, Choice("float32", "for a test"))
    recording = Recording(
        Journal(run, subject, backend.name), _measuring(subject.split, _Model()), [], backend
    )
    recording.set_model(_Model())
    with pytest.raises(RuntimeError, match="Recording needs Measuring in front of it"):
        recording.on_epoch_end(0)
    assert not run.history.exists()


def _measuring(split: Split, model: _Model) -> Measuring:
    measuring = Measuring(split, 0.5)
    measuring.set_model(model)
    return measuring

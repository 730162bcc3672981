"""Early stopping: its bounds, and what is said against it."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.early_stopping import EarlyStopping
from reglab.regularizers.layers.early_stopping import EarlyStoppingCallback


def test_each_call_gives_a_callback_of_its_own() -> None:
    """Two runs in one process do not share what they have seen."""
    technique = EarlyStopping(patience=7, monitor="val_accuracy", min_delta=0.01, start_from_epoch=2)
    (first,), (second,) = technique.callbacks(), technique.callbacks()
    assert isinstance(first, EarlyStoppingCallback)
    assert first is not second
    assert (first.patience, first.monitor, first.min_delta, first.start_from_epoch) == (
        7,
        "val_accuracy",
        0.01,
        2,
    )


@pytest.mark.parametrize(
    "values",
    [
        {"patience": 0},
        {"patience": 2.5},
        {"monitor": "val_loss"},
        {"min_delta": -0.1},
        {"restore_best_weights": "no"},
        {"start_from_epoch": -1},
    ],
)
def test_values_out_of_bounds_are_rejected(values: dict[str, object]) -> None:
    """Whole epochs, columns of the history, a gain that is no loss."""
    with pytest.raises(ValidationError):
        EarlyStopping.model_validate(values)


def test_stopping_on_the_test_set_is_advised_against(make_setup: Callable[..., Setup]) -> None:
    """With a held-out fraction nothing is said."""
    assert list(EarlyStopping().advice(make_setup(data={"validation": 0.1}))) == []
    assert [str(advice) for advice in EarlyStopping().advice(make_setup())] == [
        "early stopping on the test set tunes on it, so its result is too good: "
        "hold out a fraction of train, as in data.validation: 0.1 "
        "(Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2009, section 7.2)"
    ]


def test_a_watch_begins_before_the_last_epoch_ends(make_setup: Callable[..., Setup]) -> None:
    """Of five epochs, four may go unwatched."""
    five = make_setup(training={"epochs": 5})
    assert list(EarlyStopping(start_from_epoch=4).conflicts(five)) == []
    assert list(EarlyStopping(start_from_epoch=5).conflicts(five)) == [
        Conflict("start_from_epoch", "expected less than training.epochs, 5, got 5")
    ]

"""Early stopping: its bounds, its advice and its conflict."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.early_stopping import EarlyStopping
from reglab.regularizers.layers.early_stopping import EarlyStoppingCallback


def test_each_call_returns_a_new_callback() -> None:
    """Two runs in one process do not share its state."""
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
    """Whole epochs, columns of the history, a gain of at least 0."""
    with pytest.raises(ValidationError):
        EarlyStopping.model_validate(values)


def test_stopping_on_the_test_set_is_advised_against(make_setup: Callable[..., Setup]) -> None:
    """With a held-out part of train there is no advice."""
    assert list(EarlyStopping().advice(make_setup(data={"validation": 0.1}))) == []
    assert [str(advice) for advice in EarlyStopping().advice(make_setup())] == [
        "early stopping selects the epoch on the test set, so its test result is too optimistic: "
        "hold out a part of train, as in data.validation: 0.1 "
        "(Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2009, section 7.2)"
    ]


def test_the_first_epoch_to_compare_is_within_the_training(make_setup: Callable[..., Setup]) -> None:
    """Four of five epochs may be ignored."""
    five = make_setup(training={"epochs": 5})
    assert list(EarlyStopping(start_from_epoch=4).conflicts(five)) == []
    assert list(EarlyStopping(start_from_epoch=5).conflicts(five)) == [
        Conflict("start_from_epoch", "expected a number below training.epochs, 5, got 5")
    ]

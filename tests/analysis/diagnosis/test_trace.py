"""The curves that a diagnosis reads."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from reglab.analysis.diagnosis.trace import trace_history
from reglab.runs.history import History


def test_a_history(make_history: Callable[..., History]) -> None:
    """One measurement for each epoch; the curves as trained are not read."""
    history = make_history("fitting", epochs=7)
    other = History(tuple(replace(row, train_accuracy=0.0, train_cross_entropy=9.0) for row in history.rows))
    trace, same = trace_history(history, 500, 1000), trace_history(other, 500, 1000)
    assert trace.epochs.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert (trace.clean_images, trace.validation_images) == (500, 1000)
    for name, column in (
        ("clean_accuracy", "clean_accuracy"),
        ("validation_accuracy", "val_accuracy"),
        ("clean_cross_entropy", "clean_cross_entropy"),
        ("validation_cross_entropy", "val_cross_entropy"),
    ):
        np.testing.assert_array_equal(getattr(trace, name), history.column(column))
        np.testing.assert_array_equal(getattr(trace, name), getattr(same, name))


@pytest.mark.parametrize(
    "column", ["clean_accuracy", "val_accuracy", "clean_cross_entropy", "val_cross_entropy"]
)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite(make_history: Callable[..., History], column: str, value: float) -> None:
    """One number in one curve is enough."""
    rows = make_history("fitting", epochs=7).rows
    assert trace_history(History(rows), 500, 1000).is_finite
    damaged = History((*rows[:3], replace(rows[3], **{column: value}), *rows[4:]))
    assert not trace_history(damaged, 500, 1000).is_finite

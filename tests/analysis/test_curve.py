"""Curves over seeds of equal and different length."""

from collections.abc import Callable

import numpy as np

from reglab.analysis.curve import average_histories
from reglab.runs.finding import RunRecord
from reglab.runs.history import History


def histories(make_record: Callable[..., RunRecord], *columns: list[float]) -> list[History]:
    records = [make_record("mp", seed, column) for seed, column in enumerate(columns)]
    return [record.history for record in records if record.history]


def test_mean_and_range_over_seeds(make_record: Callable[..., RunRecord]) -> None:
    """Mean, minimum and maximum are NumPy's over the seeds."""
    values = np.array([[0.1, 0.5], [0.2, 0.3], [0.9, 0.4]])
    curve = average_histories(histories(make_record, *values.tolist()), "val_accuracy")
    np.testing.assert_allclose(curve.mean, values.mean(axis=0), rtol=1e-15)
    np.testing.assert_array_equal(curve.low, values.min(axis=0))
    np.testing.assert_array_equal(curve.high, values.max(axis=0))
    np.testing.assert_array_equal(curve.epochs, [1, 2])


def test_stopped_seeds_do_not_count(make_record: Callable[..., RunRecord]) -> None:
    """After early stopping, the mean is over the seeds that still train."""
    curve = average_histories(histories(make_record, [0.25, 0.5], [0.75, 1.0, 0.5]), "val_accuracy")
    np.testing.assert_array_equal(curve.mean, [0.5, 0.75, 0.5])

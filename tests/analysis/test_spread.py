"""Means, deviations and intervals, against NumPy and SciPy."""

import numpy as np
import pytest
from scipy import stats

from reglab.analysis.spread import Spread


def test_mean_and_sample_deviation() -> None:
    """The deviation divides by n − 1."""
    values = (0.7, 0.72, 0.69)
    assert Spread(values).mean == pytest.approx(np.mean(values), rel=1e-15)
    assert Spread(values).deviation == pytest.approx(np.std(values, ddof=1), rel=1e-15)


def test_one_seed_has_no_deviation() -> None:
    """The spread of one number is unknown, not zero."""
    assert Spread((0.7,)).deviation is None
    assert Spread((0.7,)).interval is None


@pytest.mark.parametrize("count", [2, 3, 10])
def test_interval_is_students(count: int) -> None:
    """The 95 % interval is the one of SciPy's t test of one sample."""
    values = tuple(np.random.default_rng(count).normal(0.7, 0.01, count))
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert Spread(values).interval == pytest.approx((expected.low, expected.high), rel=1e-9)

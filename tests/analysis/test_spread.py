"""Means, deviations and paired differences, against NumPy and SciPy."""

import numpy as np
import pytest
from scipy import stats

from reglab.analysis.spread import Difference, Spread, subtract_paired


def test_mean_and_sample_deviation() -> None:
    """The deviation divides by n − 1."""
    values = (0.7, 0.72, 0.69)
    assert Spread(values).mean == pytest.approx(np.mean(values), rel=1e-15)
    assert Spread(values).deviation == pytest.approx(np.std(values, ddof=1), rel=1e-15)


def test_one_seed_has_no_deviation() -> None:
    """The spread of one number is unknown, not zero."""
    assert Spread((0.7,)).deviation is None


@pytest.mark.parametrize("count", [2, 3, 10])
def test_interval_is_students(count: int) -> None:
    """The 95 % interval is the one of SciPy's paired t-test."""
    rng = np.random.default_rng(count)
    one, other = rng.normal(0.7, 0.01, count), rng.normal(0.68, 0.01, count)
    difference = subtract_paired(dict(enumerate(one)), dict(enumerate(other)))
    expected = stats.ttest_rel(one, other).confidence_interval(0.95)
    assert difference is not None
    assert difference.mean == pytest.approx(np.mean(one - other), rel=1e-12)
    assert difference.interval == pytest.approx((expected.low, expected.high), rel=1e-9)


def test_only_shared_seeds_are_paired() -> None:
    """Seeds that only one experiment has do not count."""
    difference = subtract_paired({0: 0.5, 1: 0.75, 7: 9.0}, {1: 0.5, 0: 0.5, 2: 0.1})
    assert difference is not None
    assert difference.seeds == (0, 1)
    assert difference.mean == 0.125


def test_one_shared_seed_has_no_interval() -> None:
    """With one pair there is a difference, but its error is unknown."""
    assert subtract_paired({3: 0.75}, {3: 0.5}) == Difference((3,), 0.25, None)


def test_without_shared_seeds_there_is_no_difference() -> None:
    """Only pairs are subtracted."""
    assert subtract_paired({0: 0.7}, {1: 0.6}) is None

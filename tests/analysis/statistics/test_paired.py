"""Paired tests, compared with SciPy and with exact values."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from reglab.analysis.statistics.paired import compare_pairs, correct_holm, count_seeds_needed


@pytest.mark.parametrize("n", [2, 3, 5, 10, 25])
def test_interval_and_p_are_those_of_scipy(n: int) -> None:
    """Mean, deviation, interval and p of Student's paired t."""
    values = np.random.default_rng(n).normal(0.4, 1, n)
    found, wanted = compare_pairs(list(values)), stats.ttest_1samp(values, 0)
    interval = wanted.confidence_interval(0.95)
    assert found.n == n
    assert found.mean == pytest.approx(values.mean())
    assert found.deviation == pytest.approx(values.std(ddof=1))
    assert found.interval == pytest.approx((interval.low, interval.high))
    assert found.p == pytest.approx(wanted.pvalue)


def test_one_difference_shows_nothing_about_others() -> None:
    """There is no spread, so there is neither interval nor p."""
    found = compare_pairs([0.02])
    assert (found.n, found.mean) == (1, 0.02)
    assert found.deviation is found.interval is found.p is found.probability_better is None


@pytest.mark.parametrize(
    ("values", "p", "better"), [([0.1] * 4, 0.0, 1.0), ([-0.1] * 4, 0.0, 0.0), ([0.0] * 4, 1.0, 0.5)]
)
def test_equal_differences(values: list[float], p: float, better: float) -> None:
    """Differences without a spread have an interval of no width, and no division by zero."""
    found = compare_pairs(values)
    assert found.interval == pytest.approx((values[0], values[0]))
    assert (found.p, found.probability_better) == (p, better)


def test_sign_flips_are_exact() -> None:
    """From eight seeds on, p is the share of all assignments of signs that are at least as extreme."""
    values = np.random.default_rng(3).normal(0.5, 1, 9)
    assert compare_pairs(list(values[:7])).p_sign_flips is None
    sums = [
        abs(sum(s * abs(v) for s, v in zip(signs, values, strict=True)))
        for signs in product((-1, 1), repeat=9)
    ]
    share = np.mean([each >= abs(values.sum()) - 1e-12 for each in sums])
    assert compare_pairs(list(values)).p_sign_flips == pytest.approx(share)


def test_sign_flips_of_many_seeds_are_sampled() -> None:
    """With 30 seeds, random assignments give about the p of scipy's t test."""
    values = np.random.default_rng(4).normal(0.3, 1, 30)
    found = compare_pairs(list(values))
    assert found.p_sign_flips == pytest.approx(found.p, abs=0.02)


def test_probability_on_a_new_seed() -> None:
    """It is that of the predictive distribution, in which the sixth difference is anywhere equally often."""
    draws = np.random.default_rng(5).normal(0.7, 1, (10_000, 6))
    found = [compare_pairs(list(row[:5] - row[5])).probability_better for row in draws]
    shares = [(np.array(found) < level).mean() for level in (0.1, 0.5, 0.9)]
    assert shares == pytest.approx([0.1, 0.5, 0.9], abs=0.015)


def test_seeds_needed_give_the_power() -> None:
    """Simulated with the returned number of seeds, 80 % of the tests find the difference, not with fewer."""
    n = count_seeds_needed(0.8, 1.0)
    assert n == 15
    draws = np.random.default_rng(6).normal(0.8, 1, (20_000, n))
    assert (stats.ttest_1samp(draws, 0, axis=1).pvalue < 0.05).mean() == pytest.approx(0.82, abs=0.02)
    fewer = stats.ttest_1samp(draws[:, : n - 1], 0, axis=1).pvalue < 0.05
    assert fewer.mean() < 0.80


@pytest.mark.parametrize(
    ("effect", "deviation", "needed"), [(0.0, 1.0, None), (1.0, 0.0, 2), (50.0, 1.0, 2), (0.01, 1.0, None)]
)
def test_seeds_needed_at_the_ends(effect: float, deviation: float, needed: int | None) -> None:
    """No number finds a difference of 0; at least two seeds are needed; above 1,000 none is named."""
    assert count_seeds_needed(effect, deviation) == needed


def test_holm() -> None:
    """The example of four p-values; corrected ones do not decrease and are at most 1."""
    assert correct_holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert correct_holm([0.6, 0.7]) == [1.0, 1.0]
    assert correct_holm([]) == []

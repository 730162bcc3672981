"""Differences of two experiments, paired by seed.

All intervals and p-values are those of Student's t for paired differences. Measured by simulation for 3 to 10
seeds, it covers what it promises, also with skewed and heavy-tailed differences and with unequal variances;
a bootstrap needs more seeds than anyone trains. `tests/analysis/statistics/test_simulation.py` repeats this.

Sources: Student, "The Probable Error of a Mean", 1908; Fisher, "The Design of Experiments", 1935, section 21
(sign flips); Bouthillier et al., "Accounting for Variance in Machine Learning Benchmarks", 2021.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, inf, isfinite, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special

LEVEL = 0.95
"""Of the confidence intervals."""
POWER = 0.8
"""Probability with which a difference shall be found."""
FEWEST_FOR_SIGN_FLIPS = 8
"""With fewer differences, the smallest possible p of exact sign flips, 2 / 2ⁿ, is 0.0156 or larger."""
_MOST_FOR_EXACT_FLIPS = 20
_MOST_SEEDS = 1000


@dataclass(frozen=True)
class PairedTest:
    """What n differences show about their mean.

    Attributes:
        n: number of differences.
        mean: of the differences.
        deviation: their sample standard deviation; None with one.
        interval: 95 % confidence interval of the mean; None with one.
        p: two-sided p-value of the hypothesis that the mean is 0; None with one.
        p_sign_flips: the same by exact sign flips, which assume only that differences are symmetric; None
            with fewer than 8.
        probability_better: estimated probability that the difference is above 0 on a new seed; None with one.
    """

    n: int
    mean: float
    deviation: float | None = None
    interval: tuple[float, float] | None = None
    p: float | None = None
    p_sign_flips: float | None = None
    probability_better: float | None = None


def compare_pairs(differences: Sequence[float]) -> PairedTest:
    """Tests the mean of at least one difference.

    The probability on a new seed is that of the predictive distribution: t with n − 1 degrees of freedom,
    location d̄ and scale s · √(1 + 1 / n). Differences that are all equal have an interval of no width.
    """
    values = np.asarray(differences, np.float64)
    n, mean = len(values), float(values.mean())
    if n < 2:
        return PairedTest(n, mean)
    deviation = float(values.std(ddof=1))
    error = deviation / sqrt(n)
    return PairedTest(
        n,
        mean,
        deviation,
        find_interval(differences),
        2 * _tail(-abs(_divide(mean, error)), n - 1),
        _flip_signs(values) if n >= FEWEST_FOR_SIGN_FLIPS else None,
        _tail(_divide(mean, deviation * sqrt(1 + 1 / n)), n - 1),
    )


def find_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """The 95 % confidence interval of the mean: mean ± t(0.975, n − 1) · s / √n; None with one value."""
    if len(values) < 2:
        return None
    mean, error = float(np.mean(values)), float(np.std(values, ddof=1)) / sqrt(len(values))
    margin = float(special.stdtrit(len(values) - 1, (1 + LEVEL) / 2)) * error
    return mean - margin, mean + margin


def count_seeds_needed(effect: float, deviation: float, level: float = LEVEL) -> int | None:
    """The number of seeds with which a paired t test finds a mean difference with a power of 80 %.

    Args:
        effect: the mean difference that is to be found, not 0.
        deviation: standard deviation of the differences.
        level: one minus the significance level.

    Returns:
        At least 2; None if more than 1,000 are needed.

    Source: the noncentral t distribution; Cohen, "Statistical Power Analysis", 1988, chapter 2.
    """
    if effect == 0:
        return None
    if deviation == 0:
        return 2
    ratio = abs(effect) / deviation
    # The normal approximation is a lower bound to start from.
    start = ((special.ndtri((1 + level) / 2) + special.ndtri(POWER)) / ratio) ** 2
    n = max(2, ceil(start) if isfinite(start) and start < _MOST_SEEDS else _MOST_SEEDS + 1)
    while n <= _MOST_SEEDS:
        critical = special.stdtrit(n - 1, (1 + level) / 2)
        if 1 - special.nctdtr(n - 1, ratio * sqrt(n), critical) >= POWER:
            return n
        n += 1
    return None


def correct_holm(p_values: Sequence[float]) -> list[float]:
    """Corrects p-values so that any of several true hypotheses is rejected with at most the level.

    Source: Holm, "A Simple Sequentially Rejective Multiple Test Procedure", 1979.
    """
    order = np.argsort(p_values, kind="stable")
    corrected, highest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = highest
    return corrected


def _divide(mean: float, scale: float) -> float:
    if scale > 0:
        return mean / scale
    return 0.0 if mean == 0 else inf if mean > 0 else -inf


def _tail(t: float, freedom: int) -> float:
    """Probability that a t variable is below t."""
    if not isfinite(t):
        return 0.0 if t < 0 else 1.0
    return float(special.stdtr(freedom, t))


def _flip_signs(values: NDArray[np.float64]) -> float:
    """Two-sided p-value: the share of all assignments of signs whose mean is at least as far from 0."""
    n = len(values)
    if n > _MOST_FOR_EXACT_FLIPS:
        # Random assignments and the observed one; the error of p is below 0.001.
        signs = _draw_signs(n)
        extreme = _count_extreme(signs @ np.abs(values), float(values.sum()))
        return (extreme + 1) / (len(signs) + 1)
    sums = np.zeros(1)
    for value in np.abs(values):
        sums = np.concatenate([sums - value, sums + value])
    return _count_extreme(sums, float(values.sum())) / len(sums)


@lru_cache(maxsize=1)
def _draw_signs(n: int) -> NDArray[np.float64]:
    """100,000 random assignments, `(100000, n)`; drawing takes longer than the rest of a test."""
    signs: NDArray[np.float64] = np.random.default_rng(0).choice((-1.0, 1.0), (100_000, n))
    return signs


def _count_extreme(sums: NDArray[np.float64], observed: float) -> int:
    # Sums in another order differ by rounding.
    tolerance = 1e-9 * max(1.0, abs(observed))
    return int((np.abs(sums) >= abs(observed) - tolerance).sum())

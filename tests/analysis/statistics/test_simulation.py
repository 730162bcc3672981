"""What the verdicts promise, in 2,000 made-up studies of each kind."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from reglab.analysis.statistics.verdict import Verdict, judge

STUDIES, EXPERIMENTS = 2000, 5
SEEDS = (3, 5, 10)
_SHARED = 0.7
"""Standard deviation of what a seed does to all experiments alike, relative to that of the rest."""
Draw = Callable[[np.random.Generator, tuple[int, ...]], NDArray[np.float64]]


def _skewed(random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    return random.gamma(2, size=shape) / np.sqrt(2) - np.sqrt(2)


KINDS: dict[str, tuple[Draw, float]] = {
    "normal": (lambda random, shape: random.normal(size=shape), 1.0),
    "skewed": (_skewed, 1.0),
    "heavy-tailed": (lambda random, shape: random.standard_t(3, shape) / np.sqrt(3), 1.0),
    "unequal": (lambda random, shape: random.normal(size=shape), 3.0),
}
"""How the accuracies of an experiment vary, and how many times as much those of the baseline do."""


@cache
def simulate(kind: str, seeds: int, effect: float = 0.0, margin: float = 0.005) -> list[list[Verdict]]:
    """Judges studies in which each experiment is better than the baseline by `effect`, at a spread of 1."""
    draw, factor = KINDS[kind]
    random = np.random.default_rng(sum(map(ord, kind)) + seeds)
    seed_effect = random.normal(0, _SHARED, (STUDIES, 1, seeds))
    baseline = seed_effect + factor * draw(random, (STUDIES, 1, seeds))
    accuracies = effect + seed_effect + draw(random, (STUDIES, EXPERIMENTS, seeds))
    return [judge(study.tolist(), margin) for study in accuracies - baseline]


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_difference_is_rarely_called_one(kind: str, seeds: int) -> None:
    """Some experiment is called better or worse in at most 5 % of the studies without a difference.

    7 % where accuracies are not normal.
    """
    wrong = np.mean(
        [any(each.word in ("better", "worse") for each in study) for study in simulate(kind, seeds)]
    )
    assert wrong <= (0.05 if kind in ("normal", "unequal") else 0.07)


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_intervals_cover_the_truth(kind: str, seeds: int) -> None:
    """The 95 % interval contains the true difference in 92 to 98 % of the comparisons."""
    covers = []
    for study in simulate(kind, seeds):
        for verdict in study:
            assert verdict.test.interval is not None
            low, high = verdict.test.interval
            covers.append(low <= 0 <= high)
    assert 0.92 <= np.mean(covers) <= 0.98


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_practically_the_same_is_rarely_wrong(kind: str, seeds: int) -> None:
    """Said of a difference just beyond the margin in at most 5 % of the comparisons.

    The margin is three times the spread of a mean, so that the verdict is possible at all.
    """
    margin = 3 * (1 + KINDS[kind][1]) / np.sqrt(seeds)
    words = [each.word for study in simulate(kind, seeds, 1.001 * margin, margin) for each in study]
    assert np.mean([word == "practically_same" for word in words]) <= 0.05
    inside = [each.word for study in simulate(kind, seeds, 0.0, margin) for each in study]
    assert np.mean([word == "practically_same" for word in inside]) > 0.05

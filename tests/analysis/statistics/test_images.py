"""Differences on images: numbers by hand and by SciPy, and what the interval covers."""

from math import hypot, sqrt

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from simulate_images import KINDS, SEEDS, measure_coverage

from reglab.analysis.statistics.images import compare_networks, find_image_interval


def make_pair(seeds: int, images: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    random = np.random.default_rng(seeds)
    difficulty = random.random(images)
    first, second = (random.random((seeds, images)) + shift > difficulty for shift in (0.25, 0.0))
    return first, second


@pytest.mark.parametrize("seeds", [2, 3, 10])
def test_half_widths_are_added_as_squares(seeds: int) -> None:
    """That of SciPy's t test over the seeds, and that of the mean over the images."""
    first, second = make_pair(seeds, 300)
    over_seeds = stats.ttest_rel(first.mean(axis=1), second.mean(axis=1)).confidence_interval()
    of_images = 1.959963985 * stats.sem((first.astype(float) - second).mean(axis=0))
    margin = hypot((over_seeds.high - over_seeds.low) / 2, of_images)
    mean = first.mean() - second.mean()
    assert find_image_interval(first, second) == pytest.approx((mean - margin, mean + margin))


def test_the_images_have_the_variance_of_a_bootstrap() -> None:
    """With seeds that agree in their mean, the width is that of 20,000 samples of the images."""
    first, second = make_pair(1, 400)
    first, second = (np.concatenate([one, one[:, ::-1]]) for one in (first, second))
    interval = find_image_interval(first, second)
    assert interval is not None
    random = np.random.default_rng(0)
    weights = random.multinomial(400, np.full(400, 1 / 400), 20_000) / 400
    means = weights @ (first.astype(float) - second).mean(axis=0)
    assert (interval[1] - interval[0]) / 2 == pytest.approx(1.96 * means.std(), rel=0.02)


def test_one_seed_or_image_has_no_interval() -> None:
    """A variance needs two."""
    first, second = make_pair(2, 5)
    assert find_image_interval(first[:1], second[:1]) is None
    assert find_image_interval(first[:, :1], second[:, :1]) is None


@pytest.mark.parametrize("counts", [(0, 0), (1, 0), (5, 5), (3, 12), (400, 300)])
def test_mcnemar(counts: tuple[int, int]) -> None:
    """SciPy's binomial test of the images that only one network classifies correctly."""
    only, only_other = counts
    first = np.array([True] * only + [False] * only_other + [True] * 7 + [False] * 2)
    second = np.array([False] * only + [True] * only_other + [True] * 7 + [False] * 2)
    expected = stats.binomtest(only, sum(counts)).pvalue if any(counts) else 1.0
    assert compare_networks(first, second) == pytest.approx(expected)
    assert compare_networks(second, first) == pytest.approx(expected)


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_interval_covers_the_truth(kind: str, seeds: int) -> None:
    """At least 94 %: of 1,000 made-up studies with new seeds and new images."""
    assert measure_coverage(kind, seeds)["over seeds and images"] >= 0.95 - 1.5 * sqrt(0.05 * 0.95 / 1000)


def test_the_other_intervals_do_not() -> None:
    """The interval over seeds is too narrow where images vary, the bootstrap of both where seeds do."""
    assert measure_coverage("images vary most", 10)["over seeds"] < 0.9
    assert measure_coverage("seeds vary most", 3)["bootstrap of both"] < 0.8

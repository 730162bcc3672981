"""Numbers in words."""

from collections.abc import Callable

import pytest

from reglab.analysis.comparison import compare_runs
from reglab.analysis.spread import Difference, Spread
from reglab.report import wording
from reglab.runs.finding import RunRecord


def test_spreads() -> None:
    """The deviation is written where there is one."""
    assert wording.format_percent(Spread((0.7123,))) == "71.2 %"
    assert wording.format_percent(Spread((0.7, 0.71, 0.72))) == "71.0 ± 1.0 %"
    assert wording.format_points(Spread((0.25, 0.25))) == "25.0 ± 0.0"
    assert wording.format_nats(Spread((0.8744,))) == "0.874"


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (None, "–"),
        (Difference((0,), -0.0244, None), "-2.4"),
        (Difference((0, 1), 0.024, (-0.0111, 0.06)), "+2.4 [-1.1, +6.0]"),
    ],
)
def test_differences(difference: Difference | None, words: str) -> None:
    """Signed, in points, with the interval where there is one."""
    assert wording.format_difference(difference) == words


@pytest.mark.parametrize(
    ("seeds", "words"), [((0,), "0"), ((0, 1), "0, 1"), ((2, 3, 4), "2–4"), ((0, 2, 3), "0, 2, 3")]
)
def test_seeds(seeds: tuple[int, ...], words: str) -> None:
    """Runs of three or more without a hole are shortened."""
    assert wording.format_seeds(seeds) == words


def test_shortening_keeps_both_ends() -> None:
    """Endings tell variants apart, so the middle goes."""
    assert wording.shorten("CNN + MP", 10) == "CNN + MP"
    assert wording.shorten("CNN + MP (results_a/mp)", 14) == "CNN + MP…/mp)"


def test_circumstances(make_record: Callable[..., RunRecord]) -> None:
    """Dataset, which images validation is, and how many seeds."""
    one = compare_runs([make_record("mp", 0, [0.5])])
    assert wording.describe_data(one) == "CIFAR-10; validation: test set (10,000 images)"
    assert wording.describe_seeds(one) == "one seed each: no spread is known"
    two = compare_runs([make_record(name, seed, [0.5]) for name in ("mp", "bn") for seed in (0, 1)])
    assert wording.describe_seeds(two) == "2 seeds each"
    mixed = compare_runs([*(make_record("mp", seed, [0.5]) for seed in (0, 1)), make_record("bn", 0, [0.5])])
    assert wording.describe_seeds(mixed) == "1 to 2 seeds"

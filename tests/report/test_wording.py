"""Circumstances in words."""

from collections.abc import Callable

import pytest

from reglab.analysis.comparison import compare_runs
from reglab.report import wording
from reglab.runs.finding import RunRecord


@pytest.mark.parametrize(
    ("seeds", "words"), [((0,), "0"), ((0, 1), "0, 1"), ((2, 3, 4), "2–4"), ((0, 2, 3), "0, 2, 3")]
)
def test_seeds(seeds: tuple[int, ...], words: str) -> None:
    """Three or more consecutive seeds are a range."""
    assert wording.format_seeds(seeds) == words


def test_shortening_keeps_both_ends() -> None:
    """The middle is omitted, because endings distinguish variants."""
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

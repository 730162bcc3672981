"""What the verdicts promise, in 2,000 made-up studies of each kind."""

import pytest
from simulate_verdicts import KINDS, SEEDS, measure_rates


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_difference_is_rarely_called_one(kind: str, seeds: int) -> None:
    """Some experiment is called better or worse in at most 5 % of the studies without a difference.

    7 % where accuracies are not normal.
    """
    assert measure_rates(kind, seeds).family_error <= (0.05 if kind in ("normal", "unequal") else 0.07)


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_intervals_cover_the_truth(kind: str, seeds: int) -> None:
    """The 95 % interval contains the true difference in 92 to 98 % of the comparisons."""
    assert 0.92 <= measure_rates(kind, seeds).coverage <= 0.98


@pytest.mark.parametrize("seeds", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_practically_the_same_is_rarely_wrong(kind: str, seeds: int) -> None:
    """Said of a difference just beyond the margin in at most 5 % of the comparisons, of none more often."""
    rates = measure_rates(kind, seeds)
    assert rates.wrong_same <= 0.05 < rates.right_same

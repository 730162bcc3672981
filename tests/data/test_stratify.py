"""Choosing some of many, the same share of every class."""

import numpy as np
import pytest

from reglab.data.stratify import choose_stratified, share_out


@pytest.mark.parametrize("count", range(0, 31))
def test_shares_are_exact_and_within_one_of_proportional(count: int) -> None:
    """They sum to the count, and none is further than one from its exact share."""
    sizes = np.array([10, 0, 13, 1, 6])
    shares = share_out(count, sizes)
    assert shares.sum() == count
    assert np.all(shares <= sizes)
    assert np.all(np.abs(shares - count * sizes / 30) < 1)


def test_the_largest_remainders_get_what_is_left() -> None:
    """5 of (5, 3, 2): 2.5, 1.5 and 1; the tie goes to the lower label."""
    np.testing.assert_array_equal(share_out(5, np.array([5, 3, 2])), [3, 1, 1])


def test_chosen_positions_are_stratified_and_ascending() -> None:
    """Each once, int32, each class as often as its share says."""
    labels = np.random.default_rng(0).integers(0, 5, 1000).astype(np.int32)
    chosen = choose_stratified(labels, 103, np.random.default_rng(1))
    assert chosen.dtype == np.int32
    assert np.all(np.diff(chosen) > 0)
    np.testing.assert_array_equal(np.bincount(labels[chosen]), share_out(103, np.bincount(labels)))


def test_the_generator_decides() -> None:
    """The same key chooses the same; another key chooses others."""
    labels = np.zeros(100, np.int32)
    first, again, other = (choose_stratified(labels, 50, np.random.default_rng(key)) for key in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_every_position_is_as_likely() -> None:
    """Over 400 keys each of 20 positions is chosen two times in five, within four deviations."""
    labels = np.arange(20, dtype=np.int32) % 4
    counts = np.zeros(20)
    for key in range(400):
        counts[choose_stratified(labels, 8, np.random.default_rng(key))] += 1
    assert np.abs(counts / 400 - 0.4).max() < 4 * np.sqrt(0.4 * 0.6 / 400)

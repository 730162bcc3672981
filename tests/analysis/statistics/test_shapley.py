"""Shapley shares, compared with all orders of the factors."""

from itertools import combinations, permutations

import numpy as np
import pytest

from reglab.analysis.statistics.shapley import share_gain

FACTORS = ("a", "b", "c", "d", "e")


def draw_table(size: int) -> dict[frozenset[str], float]:
    """A random number for each set of the first factors."""
    random = np.random.default_rng(size)
    factors = FACTORS[:size]
    sets = [frozenset(on) for count in range(size + 1) for on in combinations(factors, count)]
    return {each: float(random.normal()) for each in sets}


def test_two_factors() -> None:
    """The mean of the gain alone and the gain after the other: (1 + 5) / 2 and (2 + 6) / 2."""
    table = {frozenset(""): 10.0, frozenset("a"): 11.0, frozenset("b"): 12.0, frozenset("ab"): 17.0}
    assert share_gain(("a", "b"), table) == (3, 4)


def test_additive_table() -> None:
    """Without interactions, the share of a factor is its gain; a factor without a gain has none."""
    gains = {"a": 0.5, "b": -0.25, "c": 2.0, "d": 0.0}
    table = {each: 3 + sum(gains[factor] for factor in each) for each in draw_table(4)}
    assert share_gain(FACTORS[:4], table) == pytest.approx((0.5, -0.25, 2.0, 0.0), abs=1e-15)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_mean_over_all_orders(size: int) -> None:
    """Adding the factors in each of the k! orders gives the same mean gains."""
    table, factors = draw_table(size), FACTORS[:size]
    gains: dict[str, list[float]] = {factor: [] for factor in factors}
    for order in permutations(factors):
        for place, factor in enumerate(order):
            gains[factor].append(table[frozenset(order[: place + 1])] - table[frozenset(order[:place])])
    assert share_gain(factors, table) == pytest.approx([np.mean(gains[factor]) for factor in factors])


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_shares_add_up(size: int) -> None:
    """Together they are the gain of all factors over none."""
    table, factors = draw_table(size), FACTORS[:size]
    assert sum(share_gain(factors, table)) == pytest.approx(table[frozenset(factors)] - table[frozenset()])

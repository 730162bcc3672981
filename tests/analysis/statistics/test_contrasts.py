"""Main effects and interactions, compared with tables whose effects are known and with least squares."""

from itertools import combinations

import numpy as np
import pytest

from reglab.analysis.statistics.contrasts import Term, estimate_effect, group_confounded, is_balanced

FACTORS = ("a", "b", "c", "d")


def list_cells(factors: tuple[str, ...]) -> list[frozenset[str]]:
    """All combinations."""
    return [frozenset(on) for size in range(len(factors) + 1) for on in combinations(factors, size)]


def list_half(factors: tuple[str, ...]) -> list[frozenset[str]]:
    """The half of the combinations in which an even number of factors is on."""
    return [cell for cell in list_cells(factors) if len(cell) % 2 == 0]


def name(word: str) -> frozenset[str]:
    return frozenset(word)


def test_additive_table() -> None:
    """Factors that add up have their own gains as main effects, and no interaction."""
    gains = {"a": 0.5, "b": -0.25, "c": 2.0, "d": 0.0}
    table = {cell: 3 + sum(gains[factor] for factor in cell) for cell in list_cells(FACTORS)}
    assert [estimate_effect((factor,), table) for factor in FACTORS] == [0.5, -0.25, 2.0, 0.0]
    assert [estimate_effect(pair, table) for pair in combinations(FACTORS, 2)] == [0.0] * 6


def test_interacting_table() -> None:
    """With b, a gains 5 instead of 1: its main effect is 3, the interaction half of the difference, 2."""
    table = {name(""): 10.0, name("a"): 11.0, name("b"): 12.0, name("ab"): 17.0}
    assert estimate_effect(("a",), table) == 3
    assert estimate_effect(("b",), table) == 4
    assert estimate_effect(("a", "b"), table) == estimate_effect(("b", "a"), table) == 2


@pytest.mark.parametrize("cells", [list_cells(FACTORS), list_half((*FACTORS, "e"))])
def test_effects_are_twice_the_least_squares_coefficients(cells: list[frozenset[str]]) -> None:
    """As in a regression on signs, also in a half of which no main effect or pair is confounded."""
    factors = sorted(frozenset().union(*cells))
    values = np.random.default_rng(0).normal(size=len(cells))
    terms: list[Term] = [(factor,) for factor in factors]
    terms += combinations(factors, 2)
    signs = [[np.prod([1 if factor in cell else -1 for factor in term]) for cell in cells] for term in terms]
    design = np.array([np.ones(len(cells)), *signs], np.float64).T
    coefficients = np.linalg.lstsq(design, values, rcond=None)[0][1:]
    table = dict(zip(cells, values.tolist(), strict=True))
    assert [estimate_effect(term, table) for term in terms] == pytest.approx(2 * coefficients)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_all_combinations_are_balanced(size: int) -> None:
    """And nothing in them is confounded."""
    factors = FACTORS[:size]
    assert is_balanced(factors, list_cells(factors))
    assert group_confounded(factors, list_cells(factors)) == ()


@pytest.mark.parametrize(
    "words",
    [
        ("", "a", "ab", "abc"),
        ("", "a", "b", "c"),
        ("abc", "ab", "ac", "bc"),
        ("", "ab"),
        ("a", "b"),
        ("", "a", "b", "ab", "abc"),
    ],
    ids=["ladder", "one added", "one omitted", "always together", "never together", "one more"],
)
def test_other_designs_are_not_balanced(words: tuple[str, ...]) -> None:
    """In a ladder and the like, the effect of a factor is mixed with that of another."""
    factors = sorted(set("".join(words)))
    assert not is_balanced(factors, [name(word) for word in words])


def test_half_of_three_factors() -> None:
    """Each main effect is confounded with the pair of the others."""
    half = list_half(FACTORS[:3])
    assert is_balanced(FACTORS[:3], half)
    assert group_confounded(FACTORS[:3], half) == (
        (("a",), ("b", "c")),
        (("b",), ("a", "c")),
        (("c",), ("a", "b")),
    )


def test_half_of_four_factors() -> None:
    """Pairs are confounded with pairs; main effects are not."""
    assert group_confounded(FACTORS, list_half(FACTORS)) == (
        (("a", "b"), ("c", "d")),
        (("a", "c"), ("b", "d")),
        (("a", "d"), ("b", "c")),
    )


def test_half_of_five_factors() -> None:
    """Neither main effects nor pairs are confounded with each other."""
    assert is_balanced((*FACTORS, "e"), list_half((*FACTORS, "e")))
    assert group_confounded((*FACTORS, "e"), list_half((*FACTORS, "e"))) == ()


def test_a_fraction_that_is_not_regular() -> None:
    """In the design of Plackett and Burman with 12 combinations, every pair is partly in main effects."""
    first = [1, 1, -1, 1, 1, 1, -1, -1, -1, 1, -1]
    rows = [*(np.roll(first, shift) for shift in range(11)), -np.ones(11, int)]
    factors = (*FACTORS, "e")
    cells = [
        frozenset(factor for factor, sign in zip(factors, row, strict=False) if sign > 0) for row in rows
    ]
    assert len(set(cells)) == 12
    assert is_balanced(factors, cells)
    (group,) = group_confounded(factors, cells)
    assert len(group) == 5 + 10

"""Main effects and interactions of factors that are on or off, by contrasts.

Source: Box, Hunter and Hunter, "Statistics for Experimenters", second edition, 2005, chapters 5 and 6.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Combination = frozenset[str]
"""The factors that are on."""
Term = tuple[str, ...]
"""The factors of an effect: one for a main effect, two for an interaction."""


def estimate_effect(term: Term, values: Mapping[Combination, float]) -> float:
    """The contrast of an effect: 2 / N · Σ sign · value over the N combinations.

    The sign is the product over the factors of the term, each +1 where the factor is on and −1 where it is
    off. So a main effect is the mean of the values with the factor minus the mean without it. An interaction
    is half the difference between the effect of one factor where the other is on and its effect where the
    other is off.

    Args:
        term: one or two factors.
        values: of combinations for which `is_balanced` holds.
    """
    signs = _code_signs(term, tuple(values))
    return float(2 / len(values) * (signs @ np.fromiter(values.values(), np.float64)))


def is_balanced(factors: Sequence[str], cells: Collection[Combination]) -> bool:
    """Whether main effects do not depend on each other.

    Each factor must be on in half of the combinations, and each two factors must be orthogonal: each of their
    four states occurs equally often. All 2^k combinations of k factors have this property, and so have
    regular fractions such as half of them.

    Args:
        factors: at least one.
        cells: different combinations of these factors.
    """
    columns = np.array([_code_signs((factor,), tuple(cells)) for factor in factors])
    products = columns @ columns.T
    return not columns.sum(axis=1).any() and not (products - np.diag(np.diag(products))).any()


def group_confounded(factors: Sequence[str], cells: Collection[Combination]) -> tuple[tuple[Term, ...], ...]:
    """Groups main effects and interactions of two factors that the combinations cannot tell apart.

    Two effects are confounded if their signs are not orthogonal. In a regular fraction the signs are then
    equal or opposite, so that only the sum or the difference of the effects is known.

    Args:
        factors: at least one.
        cells: different combinations of these factors.

    Returns:
        Groups of at least two effects; empty for all 2^k combinations.
    """
    terms: list[Term] = [(factor,) for factor in factors]
    terms += combinations(factors, 2)
    columns = [_code_signs(term, tuple(cells)) for term in terms]
    groups: list[list[int]] = []
    for place, column in enumerate(columns):
        touched = [group for group in groups if any(column @ columns[other] for other in group)]
        merged = [*(other for group in touched for other in group), place]
        groups = [*(group for group in groups if group not in touched), merged]
    ordered = sorted(sorted(group) for group in groups if len(group) > 1)
    return tuple(tuple(terms[place] for place in group) for group in ordered)


def _code_signs(term: Term, cells: Sequence[Combination]) -> NDArray[np.int64]:
    """The sign of each combination, `(combinations,)`, 1 or −1."""
    return np.array([(-1) ** sum(factor not in cell for factor in term) for cell in cells], np.int64)

"""Shapley shares: how much each of several factors contributes to their common gain."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import comb


def share_gain(factors: Sequence[str], values: Mapping[frozenset[str], float]) -> tuple[float, ...]:
    """Divides the gain of all factors together among them.

    The share of factor i is the mean of its gain over all k! orders in which k factors could be added:
    φᵢ = Σ_S (v(S ∪ {i}) − v(S)) / (k · C(k − 1, |S|)), over all sets S without i. The shares add up to
    v(all) − v(none).

    Args:
        factors: k different factors.
        values: v of each of the 2^k sets of factors.

    Returns:
        One share for each factor, in the unit of the values.

    Source: Shapley, "A Value for n-Person Games", 1953.
    """
    shares = []
    for factor in factors:
        others = [other for other in factors if other != factor]
        share = 0.0
        for size in range(len(factors)):
            weight = len(factors) * comb(len(others), size)
            for members in combinations(others, size):
                share += (values[frozenset((*members, factor))] - values[frozenset(members)]) / weight
        shares.append(share)
    return tuple(shares)

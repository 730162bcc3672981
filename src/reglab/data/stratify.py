"""Chooses some of many, the same share of every class."""

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int32]


def share_out(count: int, sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Shares `count` among classes in proportion to their sizes, by largest remainder.

    Class k gets ⌊count · sizes[k] / Σ sizes⌋; what is left goes, one each, to the largest fractions cut
    off, ties to the lower label. Whole numbers throughout, so the sum is exact.

    Args:
        count: at most the sum of `sizes`.
        sizes: (classes,) images there are of each class.

    Returns:
        (classes,) int64 that sum to `count`, none above its size.
    """
    whole, cut_off = np.divmod(count * sizes, sizes.sum())
    left = count - whole.sum()
    whole[np.argsort(-cut_off, kind="stable")[:left]] += 1
    return whole


def choose_stratified(labels: NDArray[np.int32], count: int, generator: np.random.Generator) -> Indices:
    """Chooses `count` positions at random, the same share of every class.

    Args:
        labels: (n,) int32.
        count: at most n.
        generator: source of the choice; the same one chooses the same.

    Returns:
        (count,) int32 positions in `labels`, ascending.
    """
    order = generator.permutation(len(labels))
    # All of a class together, each class in random order.
    grouped = order[np.argsort(labels[order], kind="stable")]
    sizes = np.bincount(labels)
    starts = np.cumsum(sizes) - sizes
    chosen = [
        grouped[start : start + share] for start, share in zip(starts, share_out(count, sizes), strict=True)
    ]
    return np.sort(np.concatenate(chosen)).astype(np.int32)

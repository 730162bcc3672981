"""Differences of two experiments on images that both have classified.

An interval over seeds says what new seeds would show on the same images. `find_image_interval` treats the
images as a sample too, so its interval is about new seeds and new images.

Sources: Owen and Eckles, "Bootstrapping Data Arrays of Arbitrary Order", 2012 (both bootstraps of a crossed
table); Zou and Donner, "Construction of Confidence Limits about Effect Measures: A General Approach", 2008;
McNemar, "Note on the Sampling Error of the Difference between Correlated Proportions", 1947.
"""

from math import hypot, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special

from reglab.analysis.statistics.paired import LEVEL, find_interval


def find_image_interval(
    correct: NDArray[np.bool_], baseline: NDArray[np.bool_]
) -> tuple[float, float] | None:
    """The 95 % confidence interval of a difference of accuracies, for new seeds and new images.

    With d the differences of the seeds s and images i, −1, 0 or 1, and h = (interval of Student's t over the
    seeds) / 2, the interval is

        mean(d) ± √(h² + 1.96² · var_i(mean_s(d)) / images)

    The second term is the variance of a bootstrap of the images, in closed form. A bootstrap of both is not
    used: with three seeds that vary more than the images, its interval contains the truth in 74 % of the
    cases, because it uses a normal distribution instead of Student's t, and a variance of the seeds that is a
    third too small. Squares of half-widths are added instead of variances, so that the interval is never
    narrower than that over the seeds. It contains the truth in 95 to 99 % of the cases
    (`scripts/simulate_images.py`).

    Args:
        correct: whether each image is classified correctly, `(seeds, images)`.
        baseline: the same for the baseline, with the same seeds and images.

    Returns:
        Both ends, as fractions; None with one seed or one image.
    """
    differences = correct.astype(np.int8) - baseline.astype(np.int8)
    seeds, images = differences.shape
    over_seeds = find_interval(differences.mean(axis=1).tolist())
    if over_seeds is None or images < 2:
        return None
    low, high = over_seeds
    of_images = differences.sum(axis=0, dtype=np.int32).var(ddof=1) / seeds**2 / images
    margin = hypot((high - low) / 2, float(special.ndtri((1 + LEVEL) / 2)) * sqrt(of_images))
    return (low + high) / 2 - margin, (low + high) / 2 + margin


def compare_networks(correct: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """The two-sided p-value of McNemar's exact test that two trained networks are equally accurate.

    It counts the images that only one of them classifies correctly, and compares the two counts with those of
    a fair coin. It speaks about these two networks and new images, not about new seeds.

    Args:
        correct: whether each image is classified correctly, `(images,)`.
        other: the same for the other network.
    """
    only, only_other = int((correct & ~other).sum()), int((other & ~correct).sum())
    return min(1.0, 2 * float(special.bdtr(min(only, only_other), only + only_other, 0.5)))

"""One number over the seeds of an experiment, and the difference of two experiments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np


@dataclass(frozen=True)
class Spread:
    """One number over seeds.

    Attributes:
        values: one for each seed, in the order of the seeds.
    """

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The arithmetic mean."""
        return float(np.mean(self.values))

    @property
    def deviation(self) -> float | None:
        """The sample standard deviation, √(Σ(x − mean)² / (n − 1)); None with one seed."""
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else None


@dataclass(frozen=True)
class Difference:
    """An experiment minus the baseline, paired by seed.

    Attributes:
        seeds: the seeds that both experiments have.
        mean: mean of the differences.
        interval: 95 % confidence interval of the mean; None with one seed.
    """

    seeds: tuple[int, ...]
    mean: float
    interval: tuple[float, float] | None


def subtract_paired(values: Mapping[int, float], baseline: Mapping[int, float]) -> Difference | None:
    """The mean difference over the seeds that two experiments share, with its confidence interval.

    d̄ ± t(0.975, n − 1) · s / √n, where s is the sample standard deviation of the n differences.
    Pairing removes the variation that the experiments share: the initial weights and the order of the images.

    Args:
        values: the values of the experiment, by seed.
        baseline: the values of the baseline, by seed.

    Returns:
        The difference, in the unit of the values; None without a shared seed.

    Source: Student, "The Probable Error of a Mean", 1908.
    """
    seeds = tuple(seed for seed in values if seed in baseline)
    if not seeds:
        return None
    differences = [values[seed] - baseline[seed] for seed in seeds]
    return Difference(seeds, float(np.mean(differences)), _interval(differences))


def _interval(differences: Sequence[float]) -> tuple[float, float] | None:
    if len(differences) < 2:
        return None
    # scipy.special also has the quantile of t, and is imported ten times as fast as scipy.stats.
    from scipy.special import stdtrit

    mean = float(np.mean(differences))
    error = float(np.std(differences, ddof=1)) / sqrt(len(differences))
    margin = float(stdtrit(len(differences) - 1, 0.975)) * error
    return mean - margin, mean + margin

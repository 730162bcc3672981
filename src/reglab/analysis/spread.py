"""One number over the seeds of an experiment."""

from dataclasses import dataclass

import numpy as np

from reglab.analysis.statistics.paired import find_interval


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

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % confidence interval of the mean by Student's t; None with one seed."""
        return find_interval(self.values)

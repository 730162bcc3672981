"""The training time that an experiment takes more than a baseline, and what it gains for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from reglab.analysis.statistics.paired import PairedTest, compare_pairs


@dataclass(frozen=True)
class Cost:
    """Training time against a baseline.

    Attributes:
        seconds: the test on the differences of training time, in seconds.
        gain_per_second: the difference of accuracy, a fraction, for each second more; None unless the
            experiment takes longer, with several seeds so much that the 95 % interval is above 0.
    """

    seconds: PairedTest
    gain_per_second: float | None


def compare_cost(seconds: Sequence[float], gain: float) -> Cost:
    """Relates a difference of accuracy to a difference of training time.

    Args:
        seconds: the differences of training time from the baseline, paired by seed, at least one.
        gain: the mean difference of accuracy, a fraction.
    """
    test = compare_pairs(seconds)
    low = test.interval[0] if test.interval else test.mean
    return Cost(test, gain / test.mean if low > 0 else None)

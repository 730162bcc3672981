"""The verdict on an experiment, compared with a baseline over seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reglab.analysis.statistics.paired import (
    LEVEL,
    PairedTest,
    compare_pairs,
    correct_holm,
    count_seeds_needed,
)

Word = Literal["better", "worse", "practically_same", "not_distinguishable", "one_seed", "baseline"]
MARGIN = 0.005
"""Half a point of accuracy: the largest difference that is practically none, unless set."""


@dataclass(frozen=True)
class Verdict:
    """What a comparison with the baseline shows.

    Attributes:
        word: `practically_same` if the whole interval lies within the margin; otherwise `better` or `worse`
            if the corrected p-value is below 5 %; otherwise `not_distinguishable`. `one_seed`: nothing can be
            said about other seeds.
        test: on the paired differences.
        p_holm: p-value, corrected for the number of comparisons with the baseline; None with one seed.
        seeds_needed: number of seeds with which the difference that was seen would be found with a power of
            80 %, at the spread seen and after the correction, whatever the other comparisons show; only for
            `not_distinguishable`, and None if more than 1,000.
    """

    word: Word
    test: PairedTest
    p_holm: float | None = None
    seeds_needed: int | None = None


def judge(families: Sequence[Sequence[float]], margin: float = MARGIN) -> list[Verdict]:
    """Judges all experiments that are compared with one baseline.

    Args:
        families: for each experiment its paired differences, at least one.
        margin: largest difference that is practically none, in the unit of the differences.

    Sources: Holm 1979 for several comparisons; Schuirmann, "A Comparison of the Two One-Sided Tests Procedure
    and the Power Approach for Assessing the Equivalence of Average Bioavailability", 1987, at 2.5 % a side.
    """
    tests = [compare_pairs(differences) for differences in families]
    known = [test.p for test in tests if test.p is not None]
    corrected = iter(correct_holm(known))
    # A p-value below it is below 5 % after any correction of as many p-values.
    smallest = (1 - LEVEL) / max(1, len(known))
    return [_judge(test, None if test.p is None else next(corrected), margin, smallest) for test in tests]


def _judge(test: PairedTest, p_holm: float | None, margin: float, smallest: float) -> Verdict:
    if p_holm is None or test.interval is None or test.deviation is None:
        return Verdict("one_seed", test)
    low, high = test.interval
    if -margin <= low and high <= margin:
        # Also if a difference is certain, but too small to matter.
        return Verdict("practically_same", test, p_holm)
    if p_holm < 1 - LEVEL:
        return Verdict("better" if test.mean > 0 else "worse", test, p_holm)
    return Verdict(
        "not_distinguishable", test, p_holm, count_seeds_needed(test.mean, test.deviation, 1 - smallest)
    )

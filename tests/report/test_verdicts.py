"""Verdicts in words."""

import pytest

from reglab.analysis.statistics.verdict import Verdict, judge
from reglab.report.verdicts import describe_rules, describe_verdict

_BETTER, _SAME, _UNKNOWN, _ONE, _HOPELESS = judge(
    [
        [0.05, 0.051, 0.049],
        [0.001, 0.0012, 0.0008],
        [0.08, -0.01, 0.02],
        [0.1],
        [0.0001, 0.03, -0.03],
    ]
)


@pytest.mark.parametrize(
    ("verdict", "text"),
    [
        (_BETTER, "better"),
        (_SAME, "practically the same"),
        (_UNKNOWN, f"not distinguishable (n = 3; {_UNKNOWN.seeds_needed} seeds would tell)"),
        (_HOPELESS, "not distinguishable (n = 3; over 1,000 seeds would tell)"),
        (_ONE, "one seed"),
    ],
)
def test_words(verdict: Verdict, text: str) -> None:
    """What cannot be told says what it would need."""
    assert describe_verdict(verdict) == text


def test_only_the_words_that_occur_are_explained() -> None:
    """With the number of comparisons and the margin."""
    assert describe_rules([_ONE, _SAME], 0.01) == [
        "Practically the same: the whole interval lies within ±1 points; --margin sets another limit",
        "One seed: nothing can be said about other seeds; the same experiment differs by a point or more "
        "from seed to seed",
    ]
    better, unknown = describe_rules([_BETTER, _UNKNOWN], 0.005)
    assert better == (
        "Better, worse: p < 0.05 in a paired t test, corrected for 2 comparisons (Holm); the intervals are "
        "not corrected"
    )
    assert unknown.startswith("Seeds that would tell: ")

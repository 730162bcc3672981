"""The gain for each second more."""

import pytest

from reglab.analysis.statistics.cost import compare_cost


@pytest.mark.parametrize(
    ("seconds", "gain", "per_second"),
    [
        ([10.0], 0.05, 0.005),
        ([10.0], -0.05, -0.005),
        ([-10.0], 0.05, None),
        ([0.0], 0.05, None),
        ([10.0, 11.0, 9.0], 0.05, 0.005),
        ([10.0, 30.0, -5.0], 0.05, None),
    ],
)
def test_gain_per_second(seconds: list[float], gain: float, per_second: float | None) -> None:
    """Only where an experiment takes longer; with several seeds, by more than chance."""
    cost = compare_cost(seconds, gain)
    assert cost.gain_per_second == (None if per_second is None else pytest.approx(per_second))
    assert cost.seconds.n == len(seconds)

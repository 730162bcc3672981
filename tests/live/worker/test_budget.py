"""The time that may be spent on looking."""

import pytest

from reglab.live.worker.budget import Budget


class Clock:
    """Seconds that a test moves on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def spend(budget: Budget, clock: Clock, activity: str, seconds: float) -> None:
    with budget.spend(activity):
        clock.now += seconds


def test_a_share_of_the_time() -> None:
    """The first time of an activity compiles, and does not count; then its last duration has to fit."""
    clock = Clock()
    budget = Budget(0.1, clock)
    assert budget.allows("look")
    spend(budget, clock, "look", 5.0)
    assert budget.allows("look")
    spend(budget, clock, "look", 1.0)
    # 1 of 6 seconds is spent.
    assert not budget.allows("look")
    clock.now += 13.9
    assert not budget.allows("look")
    clock.now += 0.2
    assert budget.allows("look")
    assert budget.allows("another activity")


def test_a_loop_keeps_the_share() -> None:
    """Two activities of different length share the time."""
    clock = Clock()
    budget = Budget(0.05, clock)
    spent = 0.0
    for _ in range(2000):
        clock.now += 0.25
        for activity, seconds in (("measure", 0.02), ("look", 0.1)):
            if budget.allows(activity):
                spend(budget, clock, activity, seconds)
                spent += seconds
    total = clock.now - 100.0
    assert 0.04 < spent / total < 0.0505


def test_a_long_activity_has_its_turn_beside_short_ones() -> None:
    """Short ones that may take half of the share leave the other half, however often they are asked for."""
    clock = Clock()
    budget = Budget(0.04, clock)
    spent = {"clean": 0.0, "validation": 0.0, "look": 0.0}
    for _ in range(4000):
        clock.now += 0.25
        for activity, seconds, part in (
            ("clean", 0.03, 0.25),
            ("validation", 0.04, 0.25),
            ("look", 0.15, 1.0),
        ):
            if budget.allows(activity, part):
                spend(budget, clock, activity, seconds)
                spent[activity] += seconds
    shares = {activity: seconds / (clock.now - 100.0) for activity, seconds in spent.items()}
    assert shares == pytest.approx({"clean": 0.01, "validation": 0.01, "look": 0.02}, abs=0.0005)

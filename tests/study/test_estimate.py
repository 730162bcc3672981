"""Estimates of time and disk."""

from collections.abc import Callable

import pytest

from reglab.experiment import Experiment
from reglab.processes.outline import NetworkSize
from reglab.study.estimate import Earlier, estimate_plan
from reglab.study.plan import Plan
from reglab.study.resources import Resources

MakePlan = Callable[..., Plan]
NET = Experiment.from_mapping(
    {"name": "net", "data": {"dataset": "synthetic", "subset": {"train": 1000}}, "training": {"epochs": 10}}
)
SMALL = NetworkSize(parameters=1000, multiply_adds=1_000_000)


def test_an_experiment_takes_as_long_as_before(plan: MakePlan) -> None:
    """Two runs at a time on two cores; the disk is that of two runs."""
    estimate = estimate_plan(plan(NET, NET.with_seed(1)), [Earlier(NET, 6.0, 1000)], [SMALL])
    assert estimate.run_seconds == {"net": 60.0}
    assert estimate.seconds == 60.0
    assert estimate.disk == 2 * (8 * 1000 + 1_000_000)


@pytest.mark.parametrize(("train", "factor"), [(1000, 1), (500, 0.5)])
def test_others_are_proportional_to_images_and_multiply_adds(
    plan: MakePlan, train: int, factor: float
) -> None:
    """A network of ten times the multiply-adds takes ten times as long."""
    other = NET.with_changes({"name": "other", "data.subset": {"train": train}, "training.batch_size": 7})
    estimate = estimate_plan(
        plan(other, multiply_adds=10_000_000, resources=Resources(cores=1)),
        [Earlier(NET, 6.0, 1000)],
        [SMALL],
    )
    assert estimate.run_seconds["other"] == pytest.approx(10 * 6.0 * 10 * factor)
    assert estimate.seconds == estimate.run_seconds["other"]


def test_nothing_is_known_without_earlier_runs(plan: MakePlan) -> None:
    """Then there is no time."""
    estimate = estimate_plan(plan(NET), [], [])
    assert (estimate.run_seconds, estimate.seconds) == ({"net": None}, None)


def test_one_run_at_a_time(plan: MakePlan) -> None:
    """`--jobs 1` takes the sum."""
    built = plan(NET, NET.with_seed(1), NET.with_seed(2), resources=Resources(cores=2, jobs=1))
    assert estimate_plan(built, [Earlier(NET, 6.0, 1000)], [SMALL]).seconds == 180.0


def test_more_jobs_than_cores(plan: MakePlan) -> None:
    """The cores of a cluster limit the runs at a time, too."""
    resources = Resources(cores=2, jobs=3, node=Resources(cores=1))
    built = plan(NET, NET.with_seed(1), NET.with_seed(2), resources=resources)
    assert estimate_plan(built, [Earlier(NET, 6.0, 1000)], [SMALL]).seconds == 90.0

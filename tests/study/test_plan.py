"""What is there of each run of a plan."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reglab.errors import RunError
from reglab.experiment import Experiment
from reglab.runs.layout import RunDirectory
from reglab.study.plan import Plan, find_foreign
from reglab.study.resources import Resources

MakePlan = Callable[..., Plan]
NET = Experiment.from_mapping({"name": "net", "data": {"dataset": "synthetic"}})


def test_states(plan: MakePlan, write_run: Callable[..., RunDirectory]) -> None:
    """New, interrupted, failed, and a run of another experiment, each in its order."""
    write_run(NET.with_seed(1), "interrupted")
    write_run(NET.with_seed(2), "failed")
    other = Experiment.from_mapping({"name": "other", "data": {"dataset": "synthetic"}})
    write_run(other.with_changes({"training.epochs": 3}), "complete")
    built = plan(*(NET.with_seed(seed) for seed in range(3)), other)
    assert [run.state for run in built.runs] == ["new", "interrupted", "failed", "changed"]
    assert [run.experiment.training.seed for run in built.waiting] == [0, 1, 2, 0]
    assert "holds another experiment" in built.runs[3].reason
    assert {run.reason for run in built.runs[:3]} == {""}


def test_a_complete_run_without_its_results(plan: MakePlan, write_run: Callable[..., RunDirectory]) -> None:
    """It is neither skipped nor trained again."""
    write_run(NET, "complete")
    with pytest.raises(RunError, match=r"seed-0 is damaged: experiment\.yaml is missing"):
        plan(NET)


def test_an_interrupted_run_keeps_its_threads(plan: MakePlan, write_run: Callable[..., RunDirectory]) -> None:
    """They are a part of what makes a run exact; other runs have those of the resources."""
    write_run(NET.with_seed(1), "interrupted", threads=3)
    built = plan(NET, NET.with_seed(1), resources=Resources(cores=8), multiply_adds=10**9)
    assert [run.threads for run in built.runs] == [4, 3]


def test_added_and_foreign_runs(
    plan: MakePlan, write_run: Callable[..., RunDirectory], tmp_path: Path
) -> None:
    """Experiments without runs, if others have some; runs that are in no experiment, or of another seed."""
    new = Experiment.from_mapping({"name": "new"})
    assert (plan(NET, new).added, find_foreign(plan(NET), tmp_path / "results")) == ((), ())
    write_run(NET, "interrupted")
    seed = write_run(NET.with_seed(7), "complete").path
    old = write_run(Experiment.from_mapping({"name": "old"}), "complete").path
    built = plan(NET, new)
    assert built.added == ("new",)
    assert find_foreign(built, tmp_path / "results") == (seed, old)

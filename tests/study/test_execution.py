"""A plan is given to an engine."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from reglab.errors import RunError
from reglab.experiment import Experiment
from reglab.processes.events import Event, Note
from reglab.processes.launch import Outcome
from reglab.runs.layout import RunDirectory
from reglab.study.engines.base import Report, Task
from reglab.study.execution import check_changed, set_aside_changed, train_plan
from reglab.study.plan import Plan, PlannedRun

MakePlan = Callable[..., Plan]
NET = Experiment.from_mapping({"name": "net", "data": {"dataset": "synthetic"}})


class Recorded:
    """An engine that trains nothing; the runs end with given exit codes, one after the other."""

    def __init__(self, codes: Sequence[int]) -> None:
        self.codes, self.tasks = codes, list[Task]()

    def train(self, tasks: Sequence[Task], report: Report) -> None:
        for number, (task, code) in enumerate(zip(tasks, self.codes, strict=False)):
            self.tasks.append(task)
            report(number, Note(message="hello"))
            run = RunDirectory(task.job.results / task.job.experiment.name)
            if not report(number, Outcome(run, code)):
                return


def train(plan: Plan, engine: Recorded, **options: bool) -> tuple[list[str], dict[object, Outcome]]:
    seen: list[str] = []

    def show(run: PlannedRun, message: Event | Outcome) -> None:
        seen.append(f"{run.experiment.training.seed} {type(message).__name__}")

    return seen, dict(train_plan(plan, Path("results"), None, engine, show, **options))


def test_each_run_is_a_task(plan: MakePlan) -> None:
    """With its threads; its events and its end are shown."""
    built, engine = plan(NET, NET.with_seed(1)), Recorded([0, 1])
    seen, outcomes = train(built, engine)
    assert [(task.job.experiment, task.threads) for task in engine.tasks] == [
        (run.experiment, run.threads) for run in built.runs
    ]
    assert seen == ["0 Note", "0 Outcome", "1 Note", "1 Outcome"]
    assert [outcomes[run.directory].code for run in built.runs] == [0, 1]


@pytest.mark.parametrize(("fail_fast", "ended"), [(False, 3), (True, 1)])
def test_a_failed_run_stops_the_others_if_wanted(plan: MakePlan, fail_fast: bool, ended: int) -> None:
    """By default it does not."""
    built = plan(*(NET.with_seed(seed) for seed in range(3)))
    assert len(train(built, Recorded([1, 0, 0]), fail_fast=fail_fast)[1]) == ended


def test_runs_of_other_experiments_are_refused_or_set_aside(plan: MakePlan, tmp_path: Path) -> None:
    """Nothing is deleted."""
    folder = tmp_path / "results" / "net" / "seed-0"
    folder.mkdir(parents=True)
    (folder / "mine.txt").write_text("precious")
    built = plan(NET)
    with pytest.raises(RunError, match=r"is not a run of reglab: it has mine\.txt"):
        check_changed(built)
    changed = set_aside_changed(built)
    check_changed(changed)
    assert [(run.state, run.reason) for run in changed.runs] == [("new", "")]
    assert changed.waiting == changed.runs
    [aside] = (tmp_path / "results" / "net").iterdir()
    assert (aside / "mine.txt").read_text() == "precious"


def test_other_seeds_of_a_changed_experiment_are_set_aside_too(
    plan: MakePlan, write_run: Callable[..., RunDirectory]
) -> None:
    """They would be beside the new runs, as if they were of the same experiment."""
    old = NET.with_changes({"training.epochs": 3})
    for seed in (0, 7):
        write_run(old.with_seed(seed), "complete")
    kept = write_run(Experiment.from_mapping({"name": "other"}), "complete")
    changed = set_aside_changed(plan(NET, NET.with_seed(1)))
    assert (
        {run.state for run in plan(NET, NET.with_seed(1)).runs}
        == {"new"}
        == {run.state for run in changed.runs}
    )
    names = sorted(path.name.partition(".")[0] for path in kept.path.parents[1].glob("net/*"))
    assert (names, kept.status.exists()) == (["seed-0", "seed-7"], True)

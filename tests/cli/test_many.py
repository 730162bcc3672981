"""Many runs: exit codes, and what is printed if there is nothing to do."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from reglab.cli.many import train_runs
from reglab.experiment import Experiment
from reglab.processes.launch import Outcome
from reglab.processes.outline import NetworkSize
from reglab.runs.layout import RunDirectory
from reglab.study.engines.base import Report, Task
from reglab.study.plan import Plan, PlannedRun, State
from reglab.study.resources import Resources

NET = Experiment.from_mapping({"name": "net", "title": "Net", "data": {"dataset": "synthetic"}})


class Ends:
    """An engine whose runs end at once, with given codes; None is Ctrl-C."""

    def __init__(self, *codes: int | None) -> None:
        self.codes = codes

    def train(self, tasks: Sequence[Task], report: Report) -> None:
        for number, (task, code) in enumerate(zip(tasks, self.codes, strict=True)):
            if code is None:
                raise KeyboardInterrupt
            report(number, Outcome(RunDirectory(task.job.results / str(number)), code))


def make_plan(*states: State) -> Plan:
    size = NetworkSize(parameters=10, multiply_adds=10)
    runs = (
        PlannedRun(NET.with_seed(seed), RunDirectory(Path(f"net/seed-{seed}")), state, "", size, 1)
        for seed, state in enumerate(states)
    )
    return Plan(tuple(runs), Resources(cores=2), ())


@pytest.mark.parametrize(
    ("codes", "code"),
    [((1, 130), 1), ((130, 2, 1), 2), ((130, 130), 1), ((None, 0), 130)],
)
def test_exit_code(tmp_path: Path, codes: tuple[int | None, ...], code: int) -> None:
    """Runs that are stopped because one has failed are not an interruption; Ctrl-C is one."""
    plan = make_plan(*("new" for _ in codes))
    assert train_runs(plan, tmp_path, None, Ends(*codes), quiet=True, fail_fast=True) == code


def test_nothing_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said, and the exit code is 0."""
    assert train_runs(make_plan("complete", "complete"), tmp_path, None, Ends()) == 0
    assert capsys.readouterr().out == "all 2 runs are complete\n"


def test_fresh_trains_complete_runs_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is counted once."""
    assert train_runs(make_plan("complete", "changed"), tmp_path, None, Ends(1, 1), fresh=True) == 1
    assert capsys.readouterr().err.count("not trained") == 2

"""Trains a plan with an engine."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from reglab.errors import RunError
from reglab.processes.events import Event, Job
from reglab.processes.launch import Outcome
from reglab.runs.layout import REPLACED, RunDirectory
from reglab.runs.opening import set_aside
from reglab.runs.status import read_status
from reglab.study.engines.base import Engine, Task
from reglab.study.plan import Plan, PlannedRun


def set_aside_changed(plan: Plan) -> Plan:
    """Renames the runs of other experiments that are where those of the plan shall be, or beside them.

    Returns:
        The plan, in which these runs are new.

    Raises:
        RunError: one of them is being trained, or the system refused.
    """
    changed = [run for run in plan.runs if run.state == "changed"]
    for run in changed:
        set_aside(run.directory)
    for run in {run.directory.path.parent: run for run in changed}.values():
        for status in sorted(run.directory.path.parent.glob(f"seed-*/{run.directory.status.name}")):
            # The seed of a run of another experiment need not be one of the plan.
            if REPLACED not in status.parent.name and read_status(status).identity != run.experiment.identity:
                set_aside(RunDirectory(status.parent))
    runs = (replace(run, state="new", reason="") if run in changed else run for run in plan.runs)
    return replace(plan, runs=tuple(runs))


def check_changed(plan: Plan) -> None:
    """Raises RunError if runs of other experiments are where those of the plan shall be; with each reason."""
    reasons = [run.reason for run in plan.runs if run.state == "changed"]
    if reasons:
        raise RunError("\n".join(dict.fromkeys(reasons)))


def train_plan(
    plan: Plan,
    results: Path,
    data_directory: Path | None,
    engine: Engine,
    show: Callable[[PlannedRun, Event | Outcome], None],
    fail_fast: bool = False,
    fresh: bool = False,
) -> dict[RunDirectory, Outcome]:
    """Trains the runs that are not complete.

    Args:
        plan: of a study.
        results: folder of the runs.
        data_directory: value of `--data-dir`.
        engine: trains the runs.
        show: called with each event and each end.
        fail_fast: whether a failed run stops the others.
        fresh: whether old runs are set aside first.

    Returns:
        How each run ended that was started.

    Raises:
        KeyboardInterrupt: after all runs have stopped.
    """
    waiting = plan.waiting
    outcomes: dict[RunDirectory, Outcome] = {}

    def report(number: int, message: Event | Outcome) -> bool:
        run = waiting[number]
        if isinstance(message, Outcome):
            outcomes[run.directory] = message
        show(run, message)
        return not (fail_fast and any(outcome.code for outcome in outcomes.values()))

    tasks = [
        Task(
            Job(experiment=run.experiment, results=results, data_directory=data_directory, fresh=fresh),
            run.threads,
        )
        for run in waiting
    ]
    engine.train(tasks, report)
    return outcomes

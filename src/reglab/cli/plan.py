"""Prints the plan of a study."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from reglab.analysis.metrics import PARAMETERS, format_seconds
from reglab.cli.console import build_console
from reglab.processes.outline import outline_experiments
from reglab.report.tables.grid import Column, Grid
from reglab.study.estimate import Estimate, estimate_plan, find_earlier
from reglab.study.plan import Plan, PlannedRun, find_foreign

_MOST_FOREIGN = 5
"""Runs that are named."""


def print_plan(plan: Plan, results: Path, title: str) -> None:
    """Prints what is there and what is trained, in a few lines.

    Args:
        plan: of a study.
        results: folder of its runs.
        title: of the study.
    """
    names = {run.experiment.name for run in plan.runs}
    counts = Counter(run.state for run in plan.runs)
    states = ", ".join(f"{count} {state}" for state, count in counts.items())
    click.echo(f"{title}: {_count(len(names), 'experiment')}, {_count(len(plan.runs), 'run')}: {states}")
    if plan.added:
        click.echo(f"added since the last start: {', '.join(plan.added)}")
    if foreign := find_foreign(plan, results):
        shown = ", ".join(map(str, foreign[:_MOST_FOREIGN]))
        more = f" and {len(foreign) - _MOST_FOREIGN} more" if len(foreign) > _MOST_FOREIGN else ""
        click.echo(f"no longer part of the study, and kept as they are: {shown}{more}")


def print_details(plan: Plan, results: Path, data_directory: Path | None) -> None:
    """Prints the experiments with their sizes, and estimates of time and disk.

    Args:
        plan: of a study.
        results: folder of all results, whose runs on this machine show its speed.
        data_directory: value of `--data-dir`.
    """
    earlier = find_earlier(results)
    trained = [each.experiment for each in earlier]
    sizes = outline_experiments(trained, data_directory).sizes if trained else ()
    estimate = estimate_plan(plan, earlier, sizes)
    groups: dict[str, list[PlannedRun]] = {}
    for run in plan.runs:
        groups.setdefault(run.experiment.name, []).append(run)
    firsts = [runs[0] for runs in groups.values()]
    columns = (
        Column("experiment", tuple(run.experiment.label for run in firsts), 1, numeric=False),
        Column("runs", tuple(str(len(runs)) for runs in groups.values()), 2),
        Column("complete", tuple(str(_count_complete(runs)) for runs in groups.values()), 3),
        Column("parameters", tuple(PARAMETERS.format(run.size.parameters) for run in firsts), 5),
        Column("multiply-adds", tuple(f"{run.size.multiply_adds:,}" for run in firsts), 6),
        Column("threads", tuple(str(run.threads) for run in firsts), 7),
        Column("time of a run", tuple(_write(estimate.run_seconds[name]) for name in groups), 4),
    )
    build_console().print(Grid(columns))
    click.echo(_describe(plan, estimate))


def _describe(plan: Plan, estimate: Estimate) -> str:
    waiting = len(plan.waiting)
    if not waiting:
        return "all runs are complete"
    time = (
        "time unknown, because there is no complete run of this machine in the results"
        if estimate.seconds is None
        else f"about {format_seconds(estimate.seconds)} in all"
    )
    return f"{_count(waiting, 'run')} to train, {time}; about {estimate.disk / 1e6:,.0f} MB on the disk"


def _count_complete(runs: Sequence[PlannedRun]) -> int:
    return sum(run.state == "complete" for run in runs)


def _write(seconds: float | None) -> str:
    return "–" if seconds is None else format_seconds(seconds)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

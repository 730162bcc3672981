"""`reglab list`: the runs in a folder, and their progress."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reglab.cli.options import AnyPath, examples

if TYPE_CHECKING:
    from reglab.runs.finding import RunRecord


_RESULTS = Path("results")


@click.command("list", epilog=examples("reglab list", "reglab list results/mp"))
@click.argument("path", type=AnyPath, default=_RESULTS)
def list_(path: Path) -> None:
    """List the runs under PATH (default: results)."""
    from reglab.cli.console import build_console
    from reglab.report.tables.grid import Column, Grid
    from reglab.runs.finding import Found, find_runs

    # The default folder does not exist before the first run.
    found = find_runs([path]) if os.path.lexists(path) or path != _RESULTS else Found((), (path,))
    for problem in found.damaged:
        click.echo(problem, err=True)
    if not found.runs:
        click.echo(f"no runs in {path}; to train one: reglab run configs/smoke.yaml")
        return
    # Headings, each with its rank: a narrow terminal hides the columns with the highest ranks.
    headings = {
        "state": 1,
        "experiment": 1,
        "seed": 2,
        "epochs": 3,
        "validation accuracy": 4,
        "gap, points": 5,
        "age": 6,
        "validation": 7,
    }
    words = ("state", "experiment", "validation")
    cells = zip(*(_cells(record) for record in found.runs), strict=True)
    columns = tuple(
        Column(heading, column, rank, numeric=heading not in words)
        for (heading, rank), column in zip(headings.items(), cells, strict=True)
    )
    build_console().print(Grid(columns))


def _cells(record: "RunRecord") -> tuple[str, ...]:
    from reglab.analysis.metrics import ACCURACY_GAP, VALIDATION_ACCURACY

    status, rows = record.status, record.history.rows if record.history else ()
    # With early stopping, the summary is of the saved weights, which may not be those of the last epoch.
    source = record.summary or (rows[-1] if rows else None)
    figures = [
        metric.format(metric.read(source)) if source else "" for metric in (VALIDATION_ACCURACY, ACCURACY_GAP)
    ]
    epochs = f"{status.epochs_done}/{status.epochs}"
    age = _format_age((datetime.now(UTC) - status.updated).total_seconds())
    return (record.state, status.experiment, str(status.seed), epochs, *figures, age, status.validation)


def _format_age(seconds: float) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length:.0f} {unit}"
    return f"{max(0, seconds) // 1:.0f} s"

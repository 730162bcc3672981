"""`reglab list`: which runs there are, and how far they are."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reglab.cli.options import AnyPath, examples

if TYPE_CHECKING:
    from reglab.runs.finding import RunRecord


@click.command("list", epilog=examples("reglab list", "reglab list results/mp"))
@click.argument("path", type=AnyPath, default=Path("results"))
def list_(path: Path) -> None:
    """List the runs under PATH (default: results)."""
    from reglab.cli.console import build_console
    from reglab.report.grid import Column, Grid
    from reglab.runs.finding import find_runs

    found = find_runs([path])
    for problem in found.damaged:
        click.echo(problem, err=True)
    records = found.runs
    if not records:
        click.echo(f"no runs in {path}")
        return
    # Heading, and the rank by which a narrow terminal goes without it.
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
    cells = zip(*(_cells(record) for record in records), strict=True)
    columns = tuple(
        Column(heading, column, rank, numeric=heading not in words)
        for (heading, rank), column in zip(headings.items(), cells, strict=True)
    )
    build_console().print(Grid(columns))


def _cells(record: "RunRecord") -> tuple[str, ...]:
    status, rows = record.status, record.history.rows if record.history else ()
    accuracy = gap = ""
    if record.summary:
        # With early stopping, what was kept is not the last epoch.
        accuracy = f"{record.summary.final_val_accuracy:.1%}"
        gap = f"{100 * record.summary.gap_accuracy:+.1f}"
    elif rows:
        accuracy, gap = f"{rows[-1].val_accuracy:.1%}", f"{100 * rows[-1].gap_accuracy:+.1f}"
    seconds = (datetime.now(UTC) - status.updated).total_seconds()
    epochs = f"{status.epochs_done}/{status.epochs}"
    seed, age = str(status.seed), _age(seconds)
    return (record.state, status.experiment, seed, epochs, accuracy, gap, age, status.validation)


def _age(seconds: float) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(0, seconds):.0f} s"

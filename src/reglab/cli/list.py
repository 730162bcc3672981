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
    from rich.console import Console
    from rich.table import Table

    from reglab.runs.finding import find_runs

    records = find_runs([path]).runs
    if not records:
        click.echo(f"no runs in {path}")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("state", "experiment", "seed", "epochs", "validation accuracy", "gap", "age"):
        table.add_column(name, justify="left" if name in ("state", "experiment") else "right")
    for record in records:
        table.add_row(*_cells(record))
    Console().print(table)


def _cells(record: "RunRecord") -> tuple[str, ...]:
    status, rows = record.status, record.history.rows if record.history else ()
    accuracy = f"{rows[-1].val_accuracy:.1%}" if rows else ""
    gap = f"{100 * rows[-1].gap_accuracy:+.1f}" if rows else ""
    seconds = (datetime.now(UTC) - status.updated).total_seconds()
    epochs = f"{status.epochs_done}/{status.epochs}"
    return (record.state, status.experiment, str(status.seed), epochs, accuracy, gap, _age(seconds))


def _age(seconds: float) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(0, seconds):.0f} s"

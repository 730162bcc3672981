"""`reglab list`: the runs in a folder, and their progress."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reglab.cli.options import AnyPath, examples

if TYPE_CHECKING:
    from reglab.analysis.metrics import Metric
    from reglab.runs.finding import RunRecord
    from reglab.runs.history import Epoch
    from reglab.runs.summary import Summary


_RESULTS = Path("results")


@click.command("list", epilog=examples("reglab list", "reglab list results/mp", "reglab list --json"))
@click.argument("path", type=AnyPath, default=_RESULTS)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list, one object for each run.")
def list_(path: Path, as_json: bool) -> None:
    """List the runs under PATH (default: results)."""
    from reglab.cli.console import build_console, print_error
    from reglab.report.tables.grid import Column, Grid
    from reglab.runs.finding import Found, find_runs

    # The default folder does not exist before the first run.
    found = find_runs([path]) if os.path.lexists(path) or path != _RESULTS else Found((), (path,))
    for problem in found.damaged:
        print_error(problem)
    if as_json:
        click.echo(json.dumps([_record(run) for run in found.runs], indent=2))
        return
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
    words = ("state", "experiment", "validation", "folder")
    rows = [_cells(record) for record in found.runs]
    if len({(run.status.experiment, run.status.seed) for run in found.runs}) < len(rows):
        # Copies of a run have the same name and seed.
        headings["folder"] = 2
        rows = [(*row, str(run.directory.path)) for row, run in zip(rows, found.runs, strict=True)]
    cells = zip(*rows, strict=True)
    columns = tuple(
        Column(heading, column, rank, numeric=heading not in words)
        for (heading, rank), column in zip(headings.items(), cells, strict=True)
    )
    build_console().print(Grid(columns))


def _record(run: "RunRecord") -> dict[str, Any]:
    """The same facts as in the table, with numbers as recorded: fractions, and ISO 8601 for times."""
    status, source = run.status, _find_figures(run)
    return {
        "path": str(run.directory.path),
        "state": run.state,
        "experiment": status.experiment,
        "title": status.title,
        "seed": status.seed,
        "epochs_done": status.epochs_done,
        "epochs": status.epochs,
        "validation": status.validation,
        "updated": status.updated.isoformat(),
        "message": status.message,
        **{metric.name: metric.read(source) if source else None for metric in _metrics()},
    }


def _metrics() -> "tuple[Metric, ...]":
    from reglab.analysis.metrics import ACCURACY_GAP, VALIDATION_ACCURACY

    return VALIDATION_ACCURACY, ACCURACY_GAP


def _find_figures(run: "RunRecord") -> "Summary | Epoch | None":
    """The summary of a complete run, which is of the saved weights; otherwise the last epoch."""
    rows = run.history.rows if run.history else ()
    return run.summary or (rows[-1] if rows else None)


def _cells(record: "RunRecord") -> tuple[str, ...]:
    status, source = record.status, _find_figures(record)
    figures = [metric.format(metric.read(source)) if source else "" for metric in _metrics()]
    epochs = f"{status.epochs_done}/{status.epochs}"
    age = _format_age((datetime.now(UTC) - status.updated).total_seconds())
    return (record.state, status.experiment, str(status.seed), epochs, *figures, age, status.validation)


def _format_age(seconds: float) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length:.0f} {unit}"
    return f"{max(0, seconds) // 1:.0f} s"

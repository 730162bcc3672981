"""`reglab diff`: the keys that differ between two experiments."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reglab.cli.options import AnyPath, examples

if TYPE_CHECKING:
    from reglab.experiment import Experiment


@click.command(
    epilog=examples(
        "reglab diff results/mp/seed-0 results/mp_bn_da/seed-0",
        "reglab diff configs/mp.yaml results/mp/seed-0 --json",
    )
)
@click.argument("first", metavar="RUN", type=AnyPath)
@click.argument("second", metavar="RUN", type=AnyPath)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object: key → [first, second].")
def diff(first: Path, second: Path, as_json: bool) -> None:
    """Print the keys that differ between two experiments.

    RUN is the folder of a run, such as results/mp/seed-0, or a YAML file. Keys with their default value are
    compared too.
    """
    from reglab.differences import list_differences

    differences = list_differences(_load(first), _load(second))
    if as_json:
        click.echo(json.dumps({each.key: [each.first, each.second] for each in differences}, indent=2))
    elif not differences:
        click.echo("No key differs.")
    else:
        from reglab.cli.console import build_console
        from reglab.report.tables.grid import Column, Grid

        rows = [(each.key, each.first, each.second) for each in differences]
        headings = ("key", str(first), str(second))
        columns = zip(headings, zip(*rows, strict=True), strict=True)
        build_console().print(Grid(tuple(Column(name, cells, 1, numeric=False) for name, cells in columns)))


def _load(path: Path) -> "Experiment":
    from reglab.errors import RunError
    from reglab.experiment import Experiment
    from reglab.runs.layout import RunDirectory

    if not path.is_dir():
        return Experiment.load(path)
    saved = RunDirectory(path).experiment
    if not saved.is_file():
        raise RunError(
            f"{path}: expected the folder of a run, such as results/mp/seed-0, found no {saved.name} in it"
        )
    return Experiment.load(saved)

"""`reglab compare`: one picture and one table of several runs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reglab.cli.options import AnyPath, FolderPath, examples

if TYPE_CHECKING:
    from reglab.analysis.value import Value


@click.command(
    epilog=examples(
        "reglab compare results/*",
        "reglab compare results/baseline results/mp_bn_da --baseline baseline --output comparison",
        "reglab compare results/* --baseline mp --value tail",
    )
)
@click.argument("paths", metavar="PATH…", type=AnyPath, nargs=-1, required=True)
@click.option(
    "--output",
    type=FolderPath,
    default=Path("comparison"),
    show_default=True,
    help="Folder for comparison.png, .svg, .md, .csv, .json, cost.png, effects.png and .svg.",
)
@click.option(
    "--baseline", metavar="NAME", help="Experiment that the others are compared with, seed by seed."
)
@click.option(
    "--margin",
    metavar="POINTS",
    type=click.FloatRange(min=0, max=100, max_open=True),
    default=0.5,
    show_default=True,
    help="Largest difference of accuracy from the baseline that is practically none.",
)
@click.option(
    "--value",
    type=click.Choice(["final", "tail", "best"]),
    default="final",
    show_default=True,
    help="What is compared: final (of the kept weights), tail (mean over the last tenth of the epochs) or "
    "best (of the epoch with the best validation accuracy).",
)
def compare(
    paths: tuple[Path, ...], output: Path, baseline: str | None, margin: float, value: "Value"
) -> None:
    """Compare runs in one picture and one table.

    With --baseline, each other experiment gets a verdict: better, worse, practically the same, or not
    distinguishable, from the differences of the runs with the same seed.

    If the experiments are all combinations of some regularizers, the effects of these are computed too.

    Each PATH is a run, an experiment's folder or a results folder. Runs that are not complete are skipped
    and listed.
    """
    from reglab.analysis.comparison import compare_runs
    from reglab.cli.console import build_console
    from reglab.cli.found import find_readable_runs
    from reglab.report.comparison_files import write_comparison
    from reglab.report.tables.comparison import build_table
    from reglab.report.tables.effects import build_effects

    comparison = compare_runs(find_readable_runs(paths), baseline, margin / 100, value)
    written = write_comparison(comparison, output)
    build_console().print(build_table(comparison), *build_effects(comparison))
    click.echo("written: " + ", ".join(map(str, written)))

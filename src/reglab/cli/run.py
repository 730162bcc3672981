"""`reglab run`: trains experiments."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reglab.cli.options import AnyPath, FolderPath, data_directory_option, examples, overrides_option

if TYPE_CHECKING:
    from reglab.processes.launch import Outcome
    from reglab.runs.summary import Summary
    from reglab.training.display import DisplayKind


@click.command(
    epilog=examples(
        "reglab run configs/mp_bn_da.yaml",
        "reglab run configs/baseline.yaml configs/mp.yaml --seed 1",
        "reglab run configs/mp.yaml --set training.epochs=5 --set name=mp_short",
    )
)
@click.argument("configs", metavar="CONFIG…", type=AnyPath, nargs=-1, required=True)
@overrides_option
@click.option("--seed", type=int, metavar="N", help="Short for --set training.seed=N.")
@data_directory_option
@click.option(
    "--results", type=FolderPath, default=Path("results"), show_default=True, help="Folder of all results."
)
@click.option(
    "--precision",
    type=click.Choice(["auto", "float32", "mixed_bfloat16"]),
    help="Short for --set training.precision=….",
)
@click.option("--fresh", is_flag=True, help="Start anew; an old run of the same name and seed is set aside.")
@click.option("--quiet", is_flag=True, help="No progress, no advice; the last line of each run stays.")
def run(
    configs: tuple[Path, ...],
    overrides: tuple[str, ...],
    seed: int | None,
    data_dir: Path | None,
    results: Path,
    precision: str | None,
    fresh: bool,
    quiet: bool,
) -> None:
    """Train experiments, and record their curves.

    A run lies in results/EXPERIMENT/seed-N/. The same command again skips what is complete, goes on with
    what was interrupted, and retries what failed. Ctrl-C stops after the step under way; finished epochs
    are kept.
    """
    from reglab.cli.experiments import load_all
    from reglab.processes.launch import run_experiment
    from reglab.training.display import silence_output

    short = {"training.seed": seed, "training.precision": precision}
    changes = [*overrides, *(f"{key}={value}" for key, value in short.items() if value is not None)]
    experiments = load_all(configs, changes)
    codes = []
    for experiment in experiments:
        if not quiet:
            for advice in experiment.advice():
                click.echo(f"{experiment.label}: advice: {advice}", err=True)
        outcome = run_experiment(experiment, results, data_dir, fresh, _display(quiet))
        codes.append(outcome.code)
        try:
            _report(outcome, experiment.label, experiment.training.seed)
        except BrokenPipeError:
            # The reader, as in `reglab run … | head`, is gone; the other experiments are trained still.
            silence_output()
        if outcome.code == 130:
            break
    sys.exit(next((code for code in (130, 2, 1) if code in codes), 0))


def _display(quiet: bool) -> "DisplayKind":
    from reglab.cli.console import is_terminal

    if quiet:
        return "quiet"
    return "live" if is_terminal() else "plain"


def _report(outcome: "Outcome", label: str, seed: int) -> None:
    """The run's last line."""
    from reglab.errors import RunError
    from reglab.runs.summary import read_summary
    from reglab.training.pace import format_seconds

    name = f"{label}, seed {seed}"
    if outcome.code == 130:
        click.echo(f"{name}: interrupted; the same command goes on from the last finished epoch", err=True)
    elif outcome.killed_by:
        click.echo(
            f"{name}: not trained: its process was ended by {outcome.killed_by}, as the system does where "
            "memory is short; the same command goes on from the last finished epoch",
            err=True,
        )
    elif outcome.code:
        click.echo(f"{name}: not trained", err=True)
    else:
        try:
            summary = read_summary(outcome.run.summary)
        except RunError as error:
            click.echo(f"{name}: complete, but its summary is lost: {error}", err=True)
            return
        click.echo(
            f"{name}: validation accuracy ({summary.validation}) {summary.final_val_accuracy:.1%}, "
            f"best {summary.best_val_accuracy:.1%} in epoch {summary.best_epoch}, "
            f"gap {100 * summary.gap_accuracy:+.1f} points, "
            f"{_describe_test(summary)}{format_seconds(summary.seconds)}, "
            f"{'complete before, ' if outcome.skipped else ''}in {outcome.run.path}"
        )


def _describe_test(summary: "Summary") -> str:
    """The test accuracy, where the test set was not the validation set."""
    return "" if summary.test_accuracy is None else f"test accuracy {summary.test_accuracy:.1%}, "

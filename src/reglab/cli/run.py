"""`reglab run`: trains experiments."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reglab.cli.console import discard_output, print_error
from reglab.cli.options import AnyPath, FolderPath, data_directory_option, examples, overrides_option

if TYPE_CHECKING:
    from reglab.processes.events import Job
    from reglab.processes.launch import Outcome


@click.command(
    epilog=examples(
        "reglab run configs/mp_bn_da.yaml",
        "reglab run configs/baseline.yaml configs/mp.yaml --seed 1",
        "reglab run configs/mp.yaml --set training.epochs=5 --set name=mp_short",
        "reglab run configs/quickstart",
        "reglab run - --set name=mine < my_experiment.yaml",
    )
)
@click.argument("configs", metavar="CONFIG…", type=AnyPath, nargs=-1, required=True)
@overrides_option
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), metavar="N", help="Short for --set training.seed=N."
)
@data_directory_option
@click.option(
    "--results", type=FolderPath, default=Path("results"), show_default=True, help="Folder of all results."
)
@click.option(
    "--precision",
    type=click.Choice(["auto", "float32", "mixed_bfloat16"]),
    help="Short for --set training.precision=….",
)
@click.option("--fresh", is_flag=True, help="Start again; an old run of the same name and seed is set aside.")
@click.option("--quiet", is_flag=True, help="Show errors, warnings and the last line of each run only.")
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
    """Train experiments and record their curves.

    CONFIG is a YAML file, a folder (all files in it that end in .yaml, sorted by name), or - for standard
    input.

    A run is saved in results/EXPERIMENT/seed-N/. If the command is repeated, it skips complete runs, resumes
    interrupted ones and retries failed ones. Ctrl-C stops after the current step; finished epochs are kept.
    """
    from reglab.cli.experiments import find_configs, load_all
    from reglab.processes.events import INTERRUPTED, Job

    short = {"training.seed": seed, "training.precision": precision}
    changes = [*overrides, *(f"{key}={value}" for key, value in short.items() if value is not None)]
    for override in overrides:
        key = override.partition("=")[0].strip()
        if short.get(key) is not None:
            option = key.rpartition(".")[2]
            raise click.UsageError(f"--{option} and --set {key} set the same key; give one of them.")
    paths = find_configs(configs)
    experiments = load_all(paths, changes)
    if paths != configs and not quiet:
        names = ", ".join(map(str, paths))
        click.echo(f"{len(paths)} {'experiment' if len(paths) == 1 else 'experiments'}: {names}")
    codes: list[int] = []
    advice: set[str] = set()
    for experiment in experiments:
        job = Job(experiment=experiment, results=results, data_directory=data_dir, fresh=fresh)
        outcome = _train(job, quiet, advice)
        codes.append(outcome.code)
        try:
            _report(outcome, experiment.label, experiment.training.seed)
        except OSError as error:
            # The reader of `reglab run … | head` has exited, or the disk is full; the rest is still trained.
            discard_output(error)
        if outcome.code == INTERRUPTED:
            break
    sys.exit(next((code for code in (130, 2, 1) if code in codes), 0))


def _train(job: "Job", quiet: bool, advice: set[str]) -> "Outcome":
    """Trains one run in a separate process and shows its progress; Ctrl-C stops it."""
    from reglab.cli.progress import build_progress
    from reglab.processes.events import INTERRUPTED
    from reglab.processes.launch import start_run

    process = start_run(job)
    try:
        with build_progress(quiet, advice) as progress:
            for event in process.events():
                progress.show(event)
        return process.wait()
    except KeyboardInterrupt:
        process.stop()
        return replace(process.wait(), code=INTERRUPTED)


def _report(outcome: "Outcome", label: str, seed: int) -> None:
    """Prints the result of a run, or why it has none."""
    from reglab.analysis.metrics import (
        ACCURACY_GAP,
        BEST_VALIDATION_ACCURACY,
        TEST_ACCURACY,
        TIME,
        VALIDATION_ACCURACY,
    )
    from reglab.errors import RunError
    from reglab.processes.events import FAILED
    from reglab.runs.summary import read_summary

    name = f"{label}, seed {seed}"
    if outcome.code == 130:
        print_error(f"{name}: interrupted; {_describe_next(outcome)}")
    elif outcome.killed_by:
        print_error(
            f"{name}: not trained: its process was ended by {outcome.killed_by}, as happens when memory is "
            f"short; {_describe_next(outcome)}"
        )
    elif outcome.code == FAILED:
        print_error(f"{name}: not trained; {_describe_next(outcome)}")
    elif outcome.code:
        print_error(f"{name}: not trained")
    else:
        try:
            summary = read_summary(outcome.run.summary)
        except RunError as error:
            print_error(f"{name}: complete, but without its summary: {error}")
            return
        # The summary has no test accuracy if the test set was the validation set.
        test = "" if summary.test_accuracy is None else f"test accuracy {TEST_ACCURACY.write(summary)}, "
        click.echo(
            f"{name}: validation accuracy ({summary.validation}) {VALIDATION_ACCURACY.write(summary)}, "
            f"best {BEST_VALIDATION_ACCURACY.write(summary)} in epoch {summary.best_epoch}, "
            f"gap {ACCURACY_GAP.write(summary)}, {test}{TIME.write(summary)}, "
            f"{'already complete, ' if outcome.skipped else ''}in {outcome.run.path}"
        )


def _describe_next(outcome: "Outcome") -> str:
    """What the same command does after this end."""
    from reglab.errors import RunError
    from reglab.runs.finding import read_run

    try:
        history = read_run(outcome.run).history
    except RunError:
        history = None
    done = len(history.rows) if history else 0
    return f"the same command resumes after epoch {done}" if done else "the same command starts it again"

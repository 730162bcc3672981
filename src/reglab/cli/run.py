"""`reglab run`: trains experiments."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reglab.cli.console import discard_output
from reglab.cli.options import AnyPath, FolderPath, data_directory_option, examples, overrides_option

if TYPE_CHECKING:
    from reglab.experiment import Experiment
    from reglab.processes.events import Job
    from reglab.processes.launch import Outcome


@click.command(
    epilog=examples(
        "reglab run configs/mp_bn_da.yaml",
        "reglab run configs/baseline.yaml configs/mp.yaml --seed 1",
        "reglab run configs/mp.yaml --set training.epochs=5 --set name=mp_short",
        "reglab run configs/quickstart --seeds 3 --jobs 2",
        "reglab run - --set name=mine < my_experiment.yaml",
    )
)
@click.argument("configs", metavar="CONFIG…", type=AnyPath, nargs=-1, required=True)
@overrides_option
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), metavar="N", help="Short for --set training.seed=N."
)
@click.option(
    "--seeds", type=click.IntRange(1, 1_000), metavar="N", help="Train each experiment with seeds 0 to N − 1."
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 1_000),
    metavar="N",
    help="Runs at a time. With --seeds, it follows from the cores, the GPUs and the networks if omitted.",
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
    seeds: int | None,
    jobs: int | None,
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
    from reglab.cli.outcome import report_outcome
    from reglab.processes.events import INTERRUPTED, Job

    if seed is not None and seeds is not None:
        raise click.UsageError("Give --seed or --seeds, not both.")
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
    if seeds is not None or jobs is not None:
        sys.exit(_train_many(experiments, seeds, jobs, results, data_dir, fresh, quiet))
    codes: list[int] = []
    advice: set[str] = set()
    for experiment in experiments:
        job = Job(experiment=experiment, results=results, data_directory=data_dir, fresh=fresh)
        outcome = _train(job, quiet, advice)
        codes.append(outcome.code)
        try:
            report_outcome(outcome, experiment.label, experiment.training.seed)
        except OSError as error:
            # The reader of `reglab run … | head` has exited, or the disk is full; the rest is still trained.
            discard_output(error)
        if outcome.code == INTERRUPTED:
            break
    sys.exit(next((code for code in (130, 2, 1) if code in codes), 0))


def _train_many(
    experiments: "Sequence[Experiment]",
    seeds: int | None,
    jobs: int | None,
    results: Path,
    data_directory: Path | None,
    fresh: bool,
    quiet: bool,
) -> int:
    """Trains several runs at a time; returns the exit code."""
    from reglab.cli.many import plan_runs, train_runs
    from reglab.study.engines.local import LocalEngine

    runs = experiments
    if seeds is not None:
        runs = [experiment.with_seed(seed) for seed in range(seeds) for experiment in experiments]
    plan = plan_runs(runs, results, data_directory, jobs)
    return train_runs(plan, results, data_directory, LocalEngine(plan.resources), quiet, fresh=fresh)


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

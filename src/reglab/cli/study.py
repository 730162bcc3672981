"""`reglab study`: trains many experiments with many seeds, and compares them."""

import importlib.util
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reglab.cli.options import AnyPath, FolderPath, data_directory_option, examples, overrides_option
from reglab.errors import ReglabError

if TYPE_CHECKING:
    from reglab.study.engines.base import Engine
    from reglab.study.engines.cluster import Cluster
    from reglab.study.plan import Plan
    from reglab.study.study import Study


@click.command(
    epilog=examples(
        "reglab study configs/studies/quickstart.yaml",
        "reglab study configs/studies/factorial.yaml --dry-run",
        "reglab study configs/studies/lecture.yaml --seeds 5 --jobs 2",
        "reglab study configs/studies/lecture.yaml --engine ray --address auto --results /shared/results",
    )
)
@click.argument("path", metavar="STUDY", type=AnyPath)
@overrides_option
@click.option(
    "--seeds",
    type=click.IntRange(1, 1_000),
    metavar="N",
    help="Train seeds 0 to N − 1.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 1_000),
    metavar="N",
    help="Runs at a time. If omitted, it follows from the cores, the GPUs and the size of the networks.",
)
@click.option(
    "--results", type=FolderPath, default=Path("results"), show_default=True, help="Folder of all results."
)
@data_directory_option
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="What trains the runs: processes of this machine, or tasks of a Ray cluster.",
)
@click.option(
    "--address",
    metavar="HOST:PORT",
    help="First machine of the Ray cluster, or auto on one of its machines. If omitted, Ray runs here.",
)
@click.option("--dry-run", is_flag=True, help="Print the plan; train nothing.")
@click.option("--fail-fast", is_flag=True, help="Stop all runs when one has failed.")
@click.option(
    "--replace",
    is_flag=True,
    help="Set aside the runs of experiments that have changed, and train them again.",
)
@click.option("--quiet", is_flag=True, help="Show errors, warnings and the last line of each run only.")
def study(
    path: Path,
    overrides: tuple[str, ...],
    seeds: int | None,
    jobs: int | None,
    results: Path,
    data_dir: Path | None,
    engine: str,
    address: str | None,
    dry_run: bool,
    fail_fast: bool,
    replace: bool,
    quiet: bool,
) -> None:
    """Train a study, and compare its experiments.

    STUDY is a YAML file with experiments, factors or a grid, and seeds. Its runs are saved in
    results/STUDY/EXPERIMENT/seed-N/, its comparison in results/STUDY/comparison/.

    If the command is repeated, it skips complete runs, resumes interrupted ones and retries failed ones. A
    failed run does not stop the others.
    """
    from reglab.cli.many import plan_runs, train_runs
    from reglab.cli.plan import print_details, print_plan
    from reglab.study.execution import set_aside_changed
    from reglab.study.study import load_study

    if address is not None and engine != "ray":
        raise click.UsageError("--address joins a Ray cluster; add --engine ray.")
    loaded = load_study(path, overrides, seeds)
    folder = results / loaded.name
    with _join(engine, address) as cluster:
        plan = plan_runs(loaded.runs, folder, data_dir, jobs, cluster)
        if dry_run or not quiet:
            print_plan(plan, folder, loaded.title)
        if dry_run:
            print_details(plan, results, data_dir)
            return
        if replace:
            plan = set_aside_changed(plan)
        code = train_runs(plan, folder, data_dir, _build_engine(plan, cluster), quiet, fail_fast)
    if code != 130:
        _compare(loaded, plan, folder / "comparison")
    sys.exit(code)


def _join(engine: str, address: str | None) -> "AbstractContextManager[Cluster | None]":
    """The Ray cluster until a block ends; None for the engine `local`."""
    if engine == "local":
        return nullcontext()
    if importlib.util.find_spec("ray") is None:
        raise ReglabError('the engine ray needs Ray, which is not installed: pip install "reglab[ray]"')
    from reglab.study.engines.cluster import Cluster

    return Cluster(address)


def _build_engine(plan: "Plan", cluster: "Cluster | None") -> "Engine":
    if cluster is None:
        from reglab.study.engines.local import LocalEngine

        return LocalEngine(plan.resources)
    from reglab.study.engines.ray import RayEngine

    return RayEngine(cluster, plan.resources)


def _compare(study: "Study", plan: "Plan", output: Path) -> None:
    """Compares the complete runs, if there are any; the verdicts and diagnoses are the last lines."""
    from reglab.analysis.comparison import compare_runs
    from reglab.cli.console import build_console
    from reglab.report.comparison_files import write_comparison
    from reglab.report.tables.comparison import build_table
    from reglab.report.tables.conclusions import build_conclusions
    from reglab.report.tables.effects import build_effects
    from reglab.runs.finding import find_runs

    paths = [run.directory.path for run in plan.runs if run.directory.status.exists()]
    records = [record for record in find_runs(paths).runs if record.state == "complete"]
    if not records:
        return
    has_baseline = any(record.status.experiment == study.baseline for record in records)
    comparison = compare_runs(records, study.baseline if has_baseline else None)
    written = write_comparison(comparison, output)
    console = build_console()
    console.print(build_table(comparison), *build_effects(comparison))
    click.echo("written: " + ", ".join(map(str, written)) + "\n")
    console.print(build_conclusions(comparison))

"""Trains many runs, several at a time: the common part of `reglab study` and `reglab run --jobs`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reglab.cli.console import print_error
from reglab.cli.study_progress import build_study_progress
from reglab.experiment import Experiment
from reglab.processes.outline import outline_experiments
from reglab.study.engines.base import Engine
from reglab.study.execution import check_changed, train_plan
from reglab.study.plan import Plan, build_plan
from reglab.study.resources import find_resources

if TYPE_CHECKING:
    from reglab.study.engines.cluster import Cluster


def plan_runs(
    runs: Sequence[Experiment],
    results: Path,
    data_directory: Path | None,
    jobs: int | None,
    cluster: "Cluster | None" = None,
) -> Plan:
    """The plan of runs.

    Args:
        runs: experiments with their seeds.
        results: folder of the runs.
        data_directory: value of `--data-dir`.
        jobs: most runs at a time; None for as many as are fast.
        cluster: where they are trained; None for this machine.
    """
    experiments = {experiment.name: experiment for experiment in runs}
    outline = outline_experiments(tuple(experiments.values()), data_directory)
    resources = find_resources(outline.gpus, jobs) if cluster is None else cluster.find_resources(jobs)
    return build_plan(runs, results, outline, resources, data_directory)


def train_runs(
    plan: Plan,
    results: Path,
    data_directory: Path | None,
    engine: Engine,
    quiet: bool = False,
    fail_fast: bool = False,
    fresh: bool = False,
) -> int:
    """Trains the runs of a plan that are not complete, and shows their progress.

    Args:
        plan: from `plan_runs`.
        results: folder of the runs.
        data_directory: value of `--data-dir`.
        engine: trains the runs.
        quiet: whether errors, warnings and the last line of each run are shown only.
        fail_fast: whether a failed run stops the others.
        fresh: whether old runs are set aside, so that all start again.

    Returns:
        The exit code: 0, 1 or 2 if a run failed, 130 after Ctrl-C.

    Raises:
        RunError: runs of other experiments are where those of the plan shall be.
    """
    if fresh:
        plan = replace(plan, runs=tuple(replace(run, state="new") for run in plan.runs))
    check_changed(plan)
    if not plan.waiting and not quiet:
        click.echo(f"all {len(plan.runs)} runs are complete")
    try:
        with build_study_progress(plan.runs, quiet) as progress:
            outcomes = train_plan(plan, results, data_directory, engine, progress.show, fail_fast, fresh)
    except KeyboardInterrupt:
        print_error("interrupted; the same command resumes")
        return 130
    codes = {outcome.code for outcome in outcomes.values()}
    # A run that was stopped because another one has failed is not the reason for the end.
    return next((code for code in (2, 1) if code in codes), 1 if codes - {0} else 0)

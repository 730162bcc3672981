"""How long the runs of a plan take, and the disk that they need, from earlier runs on this machine."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reglab.errors import ReglabError
from reglab.experiment import Experiment
from reglab.machine import find_host
from reglab.processes.outline import NetworkSize
from reglab.runs.environment import read_environment
from reglab.runs.finding import RunRecord, find_runs
from reglab.study.plan import Plan, PlannedRun

MOST_EARLIER = 40
"""Earlier experiments whose speed is used, the latest ones."""
USUAL_IMAGES = 50_000
"""Training images of CIFAR-10, of an experiment that has no other number."""
_BYTES_OF_PARAMETER, _BYTES_OF_RUN = 8, 1_000_000
"""Weights are saved twice in float32; a run also has predictions of up to 20,000 images, and figures."""


@dataclass(frozen=True)
class Earlier:
    """An experiment that this machine has trained.

    Attributes:
        experiment: without its seed.
        seconds: of an epoch, mean over its runs.
        images: training images of an epoch.
    """

    experiment: Experiment
    seconds: float
    images: int


@dataclass(frozen=True)
class Estimate:
    """What a plan needs.

    Attributes:
        run_seconds: name of an experiment → seconds of one run; None if nothing is known about this machine.
        seconds: of all runs that are not complete, with as many at a time as the resources allow; or None.
        disk: bytes of these runs, when they are complete.
    """

    run_seconds: dict[str, float | None]
    seconds: float | None
    disk: int


def find_earlier(results: Path) -> tuple[Earlier, ...]:
    """The experiments that this machine has trained, the latest first.

    Args:
        results: folder of all results.
    """
    if not results.is_dir():
        return ()
    groups: dict[str, list[RunRecord]] = {}
    records = sorted(find_runs([results]).runs, key=lambda record: record.status.updated, reverse=True)
    for record in records:
        if record.state == "complete" and record.summary is not None and _is_of_this_host(record):
            groups.setdefault(record.status.identity, []).append(record)
    earlier = []
    for group in list(groups.values())[:MOST_EARLIER]:
        try:
            experiment = Experiment.load(group[0].directory.experiment)
        except ReglabError:
            # It was written by another version.
            continue
        summaries = [record.summary for record in group if record.summary is not None]
        seconds = statistics.mean(summary.seconds / summary.epochs for summary in summaries)
        earlier.append(Earlier(experiment, seconds, summaries[0].train_images))
    return tuple(earlier)


def estimate_plan(plan: Plan, earlier: Sequence[Earlier], sizes: Sequence[NetworkSize]) -> Estimate:
    """Estimates time and disk.

    An experiment takes as long an epoch as it took before. For others, the time of an epoch is proportional
    to its images and to the multiply-adds of the network, with the median factor of the earlier ones.

    Args:
        plan: of a study.
        earlier: from `find_earlier`.
        sizes: of their networks.
    """
    known = {each.experiment.identity: each.seconds for each in earlier}
    factors = [
        each.seconds / (each.images * size.multiply_adds) for each, size in zip(earlier, sizes, strict=True)
    ]
    factor = statistics.median(factors) if factors else None
    images = {each.experiment.data.model_dump_json(): each.images for each in earlier}

    def guess(run: PlannedRun) -> float | None:
        epochs = run.experiment.training.epochs
        if run.experiment.identity in known:
            return epochs * known[run.experiment.identity]
        data = run.experiment.data
        count = images.get(data.model_dump_json()) or (data.subset.train if data.subset else None)
        if factor is None:
            return None
        return epochs * factor * (count or USUAL_IMAGES) * run.size.multiply_adds

    seconds = {run.experiment.name: guess(run) for run in plan.runs}
    waiting = plan.waiting
    times = [seconds[run.experiment.name] for run in waiting]
    whole = None if None in times else _share(waiting, [time for time in times if time is not None], plan)
    disk = sum(_BYTES_OF_PARAMETER * run.size.parameters + _BYTES_OF_RUN for run in waiting)
    return Estimate(seconds, whole, disk)


def _share(waiting: Sequence[PlannedRun], times: Sequence[float], plan: Plan) -> float:
    """Seconds of all runs, if the resources are always in use."""
    resources = plan.resources
    bounds = [max(times, default=0.0)]
    if resources.jobs is not None or resources.gpus:
        at_once = min(len(waiting) or 1, resources.jobs or resources.gpus)
        bounds.append(math.fsum(times) / at_once)
    if not resources.gpus:
        used = math.fsum(time * run.threads for run, time in zip(waiting, times, strict=True))
        bounds.append(used / resources.cores)
    return max(bounds)


def _is_of_this_host(record: RunRecord) -> bool:
    try:
        return read_environment(record.directory.environment).host == find_host()
    except ReglabError:
        return False

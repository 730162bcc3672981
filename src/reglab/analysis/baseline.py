"""Experiments, compared with a baseline: verdicts, images, cost, and what else differs."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from reglab.analysis.clock import share_machine
from reglab.analysis.comparability import share_data
from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.fairness import list_unequal
from reglab.analysis.image_sample import ImageComparison, compare_predictions
from reglab.analysis.labels import join_titles
from reglab.analysis.metrics import TIME, VALIDATION_ACCURACY, Metric
from reglab.analysis.statistics.cost import compare_cost
from reglab.analysis.statistics.verdict import judge
from reglab.analysis.value import Value
from reglab.errors import RunError
from reglab.runs.layout import RunDirectory
from reglab.runs.predictions import Correctness, read_correctness


def compare_with_baseline(
    results: Sequence[ExperimentResult], baseline: ExperimentResult, margin: float, value: Value
) -> tuple[tuple[ExperimentResult, ...], tuple[str, ...]]:
    """Compares each experiment with the baseline.

    Pairing by seed removes the variation that two runs of a seed share: the initial weights and the order of
    the images.

    Args:
        results: the experiments, in any order.
        baseline: one of them.
        margin: largest difference of accuracy that is practically none, a fraction.
        value: which validation accuracy of a run is compared.

    Returns:
        The experiments with what was found, in the same order; and sentences about what was not computed.
    """
    families = [
        subtract(result, baseline, VALIDATION_ACCURACY, value)
        if result is not baseline and share_data(result, baseline)
        else []
        for result in results
    ]
    verdicts = iter(judge([differences for differences in families if differences], margin))
    # The files of the baseline are needed for each experiment.
    read_baseline = cache(read_correctness)
    problems: list[tuple[str, str]] = []
    timed_elsewhere: list[str] = []
    compared: list[ExperimentResult] = []
    for result, differences in zip(results, families, strict=True):
        if result is baseline:
            compared.append(result)
            continue
        found = replace(result, differs_in=list_unequal(result, baseline))
        if differences:
            found = replace(found, verdict=next(verdicts))
            if value == "final":
                try:
                    found = replace(found, images=_compare_images(result, baseline, read_baseline))
                except RunError as error:
                    problems.append((result.title, str(error)))
            if share_machine(result, baseline):
                seconds = subtract(result, baseline, TIME, "final")
                found = replace(found, cost=compare_cost(seconds, sum(differences) / len(differences)))
            else:
                timed_elsewhere.append(result.title)
        compared.append(found)
    return tuple(compared), (*_describe_problems(problems), *_describe_times(timed_elsewhere, baseline.title))


def subtract(
    result: ExperimentResult, baseline: ExperimentResult, metric: Metric, value: Value
) -> list[float]:
    """The differences of a metric on the shared seeds; empty if a run of either does not have it."""
    ours, theirs = (each.by_seed(metric, value) for each in (result, baseline))
    return [ours[seed] - theirs[seed] for seed in ours if seed in theirs]


def _compare_images(
    result: ExperimentResult, baseline: ExperimentResult, read_baseline: Callable[[Path], Correctness]
) -> ImageComparison:
    ours, theirs = (
        {run.seed: RunDirectory(run.path).predictions for run in each.runs} for each in (result, baseline)
    )
    return compare_predictions(ours, theirs, read_baseline)


def _describe_problems(problems: Sequence[tuple[str, str]]) -> list[str]:
    if not problems:
        return []
    titles, reasons = zip(*problems, strict=True)
    return [f"the predictions of {join_titles(titles)} are not compared: {reasons[0]}"]


def _describe_times(titles: Sequence[str], baseline: str) -> list[str]:
    if not titles:
        return []
    return [
        f"the training times of {join_titles(titles)} are not compared with those of {baseline}: "
        "they are not known to be from one machine"
    ]

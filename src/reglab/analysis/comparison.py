"""The comparison of several experiments, computed from their runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from reglab.analysis.baseline import compare_with_baseline
from reglab.analysis.comparability import describe_circumstances, describe_other_data, describe_unequal
from reglab.analysis.effects import Effects, find_effects
from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.grouping import SkippedRun, group_runs
from reglab.analysis.limits import describe_limits
from reglab.analysis.statistics.verdict import MARGIN
from reglab.analysis.value import Value
from reglab.errors import RunError
from reglab.runs.finding import RunRecord
from reglab.suggestions import nearest


@dataclass(frozen=True)
class Comparison:
    """A comparison of experiments.

    Attributes:
        experiments: at least one, in the order of their first runs.
        baseline: name of the experiment that is subtracted from the others, or None.
        margin: largest difference of accuracy that is practically none, a fraction.
        value: which validation accuracy of a run is compared.
        skipped: runs that are not complete, or are a copy of another run.
        notes: what limits the comparison, such as settings that differ; one sentence each.
        unequal: the notes on settings; with a baseline, `differs_in` has the same key by key.
        missing: what was not computed, and why; one sentence each.
        effects: of the regularizers, if the experiments are a factorial.
    """

    experiments: tuple[ExperimentResult, ...]
    baseline: str | None
    margin: float
    value: Value
    skipped: tuple[SkippedRun, ...]
    notes: tuple[str, ...]
    unequal: tuple[str, ...]
    missing: tuple[str, ...]
    effects: Effects | None


def compare_runs(
    records: Sequence[RunRecord],
    baseline: str | None = None,
    margin: float = MARGIN,
    value: Value = "final",
) -> Comparison:
    """Groups complete runs by experiment and pairs them by seed.

    Args:
        records: from `find_runs`.
        baseline: name or title of the experiment that is subtracted from the others.
        margin: largest difference of accuracy that is practically none, a fraction.
        value: which validation accuracy of a run is compared.

    Returns:
        The comparison.

    Raises:
        RunError: no run is complete, or the baseline is not the name or title of exactly one experiment.
    """
    experiments, skipped = group_runs(records)
    reference = None if baseline is None else _find_baseline(experiments, baseline)
    unequal = describe_unequal(experiments)
    notes = (
        *describe_other_data(experiments),
        *unequal,
        *describe_circumstances(experiments),
        *describe_limits(experiments, value),
    )
    effects, missing = find_effects(experiments, value)
    if reference is not None:
        experiments, others = compare_with_baseline(experiments, reference, margin, value)
        missing = (*missing, *others)
    name = reference.name if reference else None
    return Comparison(experiments, name, margin, value, skipped, notes, unequal, missing, effects)


def _find_baseline(results: Sequence[ExperimentResult], wanted: str) -> ExperimentResult:
    for result in results:
        if wanted in (result.name, result.title):
            return result
    same = [result for result in results if result.summary.experiment == wanted]
    known = [result.name for result in same or results]
    hint = "" if same else nearest(wanted, known)
    raise RunError(f"baseline: expected one of {', '.join(known)}, got {wanted}{hint}")

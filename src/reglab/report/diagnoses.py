"""Diagnoses in words, the same in tables, on the command line and on the live page."""

from collections.abc import Iterator
from statistics import fmean, median

from reglab.analysis.diagnosis.diagnosis import Diagnosis
from reglab.analysis.diagnosis.evidence import Evidence
from reglab.analysis.diagnosis.rules import Finding, Kind, cross_entropy_rises
from reglab.analysis.diagnosis.thresholds import FEWEST_EPOCHS, LEAST_CHANGE, STANDARD_ERRORS
from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.metrics import (
    ACCURACY_GAP,
    CLEAN_ACCURACY,
    VALIDATION_ACCURACY,
    VALIDATION_CROSS_ENTROPY,
    format_range,
)

_WORDS: dict[Kind, str] = {
    "diverged": "diverged",
    "at chance": "at chance",
    "overfitting": "overfitting",
    "not converged": "not converged",
    "underfitting": "underfitting",
    "fitting": "fitting well",
    "too short": "too short to tell",
}


def describe_kind(kind: Kind, since: str = "") -> str:
    """A kind in words: `overfitting since epoch 9`; `since` is the epoch as text, empty without one."""
    return f"{_WORDS[kind]} since epoch {since}" if since else _WORDS[kind]


def describe_diagnosis(diagnosis: Diagnosis | Finding) -> str:
    """A diagnosis in a few words: `overfitting since epoch 9`, `fitting well, unstable`."""
    since = "" if diagnosis.since is None else f"{diagnosis.since:.0f}"
    return describe_kind(diagnosis.kind, since) + (", unstable" if diagnosis.is_unstable else "")


def describe_evidence(diagnosis: Diagnosis, result: ExperimentResult) -> tuple[str, ...]:
    """The evidence of a diagnosis.

    Args:
        diagnosis: of the experiment.
        result: the experiment.

    Returns:
        Sentences without a period. Numbers are means over the seeds that agree with the diagnosis.
    """
    found = [each.evidence for each in diagnosis.agreeing if each.evidence is not None]
    lines = list(_describe_numbers(found)) if found else []
    if diagnosis.is_unstable:
        noise = fmean(each.evidence.noise for each in diagnosis.findings if each.evidence is not None)
        lines.append(
            f"the validation accuracy varies by {ACCURACY_GAP.describe(noise)} from epoch to epoch "
            "(standard deviation)"
        )
    if diagnosis.kind == "too short":
        lines.append(f"fewer than {FEWEST_EPOCHS} epochs")
    if diagnosis.kind == "diverged":
        lines.append("an accuracy or a cross-entropy is not finite")
    lines += _describe_kept_weights(result)
    if len(diagnosis.agreeing) < len(diagnosis.findings):
        each = zip(result.seeds, diagnosis.findings, strict=True)
        words = (f"{describe_diagnosis(finding)} (seed {seed})" for seed, finding in each)
        lines.append(f"the seeds differ: {'; '.join(words)}")
    return tuple(lines)


def _describe_numbers(found: list[Evidence]) -> Iterator[str]:
    def mean(name: str) -> float:
        return fmean(getattr(each, name) for each in found)

    window = format_range([each.window for each in found])
    when = "the last epoch" if window == "1" else f"mean of the last {window} epochs"
    span = f"in the last {format_range([each.span for each in found])} epochs"
    error = STANDARD_ERRORS * mean("gap_error")
    gap = f"a gap of {ACCURACY_GAP.describe(mean('gap'))}"
    if abs(mean("gap")) <= error:
        gap += f", no more than {STANDARD_ERRORS:g} standard errors ({ACCURACY_GAP.describe(error)})"
    else:
        gap += f", which {_describe_change(mean('gap_rise'))} {span}"
    yield (
        f"{when}: clean {CLEAN_ACCURACY.describe(mean('clean_accuracy'))}, validation "
        f"{VALIDATION_ACCURACY.describe(mean('validation_accuracy'))}, {gap}"
    )
    last, lowest, clean, clean_then = (
        VALIDATION_CROSS_ENTROPY.format(mean(name))
        for name in (
            "validation_cross_entropy",
            "lowest_cross_entropy",
            "clean_cross_entropy",
            "clean_cross_entropy_then",
        )
    )
    if 2 * sum(map(cross_entropy_rises, found)) > len(found):
        epoch = median(each.lowest_epoch for each in found)
        yield (
            f"the validation cross-entropy has risen from {lowest} at epoch {epoch:.0f} to {last}; that of "
            f"clean images has fallen from {clean_then} to {clean}"
        )
    else:
        yield f"the validation cross-entropy is {last} and does not rise clearly (minimum {lowest})"
    rise, error = mean("validation_rise"), STANDARD_ERRORS * mean("rise_error")
    noise = f"; {STANDARD_ERRORS:g} standard errors of one seed are {ACCURACY_GAP.describe(error)}"
    yield (
        f"the validation accuracy {_describe_change(rise)} {span}"
        f"{noise if LEAST_CHANGE < abs(rise) <= error else ''}"
    )


def _describe_change(change: float) -> str:
    """`has risen by 1.3 points`, `has fallen by 0.2 points` or `has not changed`."""
    shown = ACCURACY_GAP.describe(abs(change))
    if shown == ACCURACY_GAP.describe(0.0):
        return "has not changed"
    return f"has {'risen' if change > 0 else 'fallen'} by {shown}"


def _describe_kept_weights(result: ExperimentResult) -> Iterator[str]:
    """The gap of the weights that early stopping restored, which the end of the curves does not show."""
    stopped = [run.summary for run in result.runs if run.summary.weights_epoch != len(run.history.rows)]
    if stopped:
        epochs = format_range([summary.weights_epoch for summary in stopped])
        gap = ACCURACY_GAP.describe(fmean(summary.gap_accuracy for summary in stopped))
        yield f"early stopping kept the weights of epoch {epochs}, with a gap of {gap}"

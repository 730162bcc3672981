"""The rules: what the curves of one training show. The live page and complete runs use the same ones."""

from dataclasses import dataclass
from math import log, sqrt
from typing import Literal

from reglab.analysis.diagnosis.evidence import Evidence, measure
from reglab.analysis.diagnosis.thresholds import (
    ERROR_RATIO,
    FEWEST_EPOCHS,
    GUESSING,
    LARGE_GAP,
    LEAST_CHANGE,
    LOW_SHARE,
    RISE_OF_CROSS_ENTROPY,
    STANDARD_ERRORS,
    UNSTABLE_NOISE,
)
from reglab.analysis.diagnosis.trace import Trace

Kind = Literal[
    "diverged", "at chance", "overfitting", "not converged", "underfitting", "fitting", "too short"
]


@dataclass(frozen=True)
class Finding:
    """What the curves of one training show.

    Attributes:
        kind: what it is.
        since: epoch since which a network overfits; None for other kinds.
        is_unstable: whether the validation accuracy depends on the epoch at which the training ended.
        evidence: the numbers; None if the training diverged or was too short to measure them.
    """

    kind: Kind
    since: float | None = None
    is_unstable: bool = False
    evidence: Evidence | None = None


def judge_trace(trace: Trace, classes: int | None) -> Finding:
    """Applies the rules to the curves of one training.

    Args:
        trace: one measurement for each epoch.
        classes: number of classes; None if it is not known, then 0 is the accuracy of guessing.
    """
    if not trace.is_finite:
        return Finding("diverged")
    if len(trace.epochs) < FEWEST_EPOCHS:
        return Finding("too short")
    evidence = measure(trace)
    kind = judge(evidence, classes, trace.clean_images)
    since = find_begin(evidence) if kind == "overfitting" else None
    return Finding(kind, since, evidence.noise >= UNSTABLE_NOISE and kind != "at chance", evidence)


def judge(evidence: Evidence, classes: int | None, clean_images: int) -> Kind:
    """Applies the rules to what was measured, in this order.

    1. At chance: see `guesses`.
    2. Overfitting: the gap is large, and the validation cross-entropy rises or the validation accuracy no
       longer does. A gap between `LARGE_GAP` and noise is large if the validation error is `ERROR_RATIO`
       times that on clean images and the cross-entropy rises.
    3. Not converged: with a large gap, the validation accuracy still rises; with a low clean accuracy, one of
       both accuracies rises; otherwise, the validation accuracy rises by more than noise.
    4. Underfitting: the clean accuracy is low.
    5. Fitting: everything else, that is, a small gap and an accuracy that is not low.

    Args:
        evidence: numbers of the training.
        classes: number of classes, or None.
        clean_images: number of training images of a measurement.
    """
    if classes is not None and guesses(evidence, classes, clean_images):
        return "at chance"
    rises = cross_entropy_rises(evidence)
    if _is_large(evidence, rises):
        return "overfitting" if rises or evidence.validation_rise <= LEAST_CHANGE else "not converged"
    if evidence.clean_accuracy < find_low_accuracy(classes):
        rise = max(evidence.validation_rise, evidence.clean_rise)
        return "underfitting" if rise <= LEAST_CHANGE else "not converged"
    margin = max(LEAST_CHANGE, STANDARD_ERRORS * evidence.rise_error)
    return "fitting" if evidence.validation_rise <= margin else "not converged"


def guesses(evidence: Evidence, classes: int, clean_images: int) -> bool:
    """Whether a network is at chance.

    Its clean accuracy is at most `STANDARD_ERRORS` standard errors above 1/classes, and its clean
    cross-entropy is not lower than that of guessing, log(classes), by more than 1 %.
    """
    chance = 1 / classes
    highest = chance + STANDARD_ERRORS * sqrt(chance * (1 - chance) / clean_images)
    return evidence.clean_accuracy <= highest and evidence.clean_cross_entropy >= GUESSING * log(classes)


def cross_entropy_rises(evidence: Evidence) -> bool:
    """Whether the validation cross-entropy is clearly above its minimum, while the clean one has fallen."""
    rise = evidence.validation_cross_entropy - evidence.lowest_cross_entropy
    least = max(
        (RISE_OF_CROSS_ENTROPY - 1) * evidence.lowest_cross_entropy,
        STANDARD_ERRORS * evidence.cross_entropy_error,
    )
    return rise > least and evidence.clean_cross_entropy < evidence.clean_cross_entropy_then


def find_begin(evidence: Evidence) -> float:
    """The epoch since which a network overfits.

    It is the minimum of the validation cross-entropy if that rises; otherwise the epoch since which the
    validation accuracy no longer rises.
    """
    return evidence.lowest_epoch if cross_entropy_rises(evidence) else evidence.flat_since


def find_low_accuracy(classes: int | None) -> float:
    """The clean accuracy below which a network underfits, a fraction."""
    chance = 0 if classes is None else 1 / classes
    return chance + LOW_SHARE * (1 - chance)


def _is_large(evidence: Evidence, rises: bool) -> bool:
    if evidence.gap <= STANDARD_ERRORS * evidence.gap_error:
        return False
    ratio_is_large = 1 - evidence.validation_accuracy >= ERROR_RATIO * (1 - evidence.clean_accuracy)
    return evidence.gap >= LARGE_GAP or (rises and ratio_is_large)

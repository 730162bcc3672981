"""What a training on the page shows, in one sentence, and one change that may help.

Rules, thresholds and words are those of complete runs (`analysis/diagnosis`), applied to the moving means of
the page. While a network trains, *not converged* is called learning. The page does not report instability,
because neighbouring moving means share most of their images.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reglab.analysis.diagnosis.evidence import Evidence, measure
from reglab.analysis.diagnosis.next_step import find_limiting, find_missing
from reglab.analysis.diagnosis.rules import Kind, cross_entropy_rises, find_begin, judge
from reglab.analysis.diagnosis.thresholds import (
    EPOCHS_TO_LEAVE_CHANCE,
    FEWEST_EPOCHS_OF_SAMPLES,
    FEWEST_SAMPLES,
    LEAST_CHANGE,
    STEPS_TO_LEAVE_CHANCE,
)
from reglab.analysis.diagnosis.trace import Array, Trace
from reglab.analysis.metrics import ACCURACY_GAP
from reglab.experiment import Experiment
from reglab.live.messages import Sample
from reglab.report.diagnoses import describe_kind

_WINDOW = 1000
"""Largest number of images in a moving mean."""
_CURVES = ("clean_accuracy", "validation_accuracy", "clean_cross_entropy", "validation_cross_entropy")
_LEARNING_RATE = "training.optimizer.learning_rate"
# Batch normalization is omitted: its averages need epochs until the network is as good as before.
_LABELS = {
    "max_pooling": "Add max pooling",
    "dropout": "Add dropout of 0.3",
    "augmentation": "Add data augmentation",
    "l2": "Add an L2 penalty",
}


@dataclass(frozen=True)
class Suggestion:
    """A change that may help.

    Attributes:
        label: text of the button.
        changes: of the experiment, as for `Experiment.with_changes`.
        restarts: whether the training has to restart.
    """

    label: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    restarts: bool = False


@dataclass(frozen=True)
class Diagnosis:
    """A sentence about the state of a training.

    Attributes:
        kind: what it is.
        sentence: in words, with its evidence.
        suggestion: None if there is nothing to change yet.
    """

    kind: Kind
    sentence: str
    suggestion: Suggestion | None = None


def diagnose(
    experiment: Experiment, samples: Sequence[Sample], classes: int, diverged: str = ""
) -> Diagnosis:
    """Diagnoses a training.

    Args:
        experiment: the current one.
        samples: since the network was last changed, in order.
        classes: number of classes.
        diverged: why the training has diverged; empty otherwise.
    """
    if diverged:
        return Diagnosis("diverged", f"{_name('diverged')}: {diverged}.", _slow_down(experiment))
    measured = [each for each in samples if all(getattr(each, name) is not None for name in _CURVES)]
    if len(measured) < FEWEST_SAMPLES or measured[-1].epoch < FEWEST_EPOCHS_OF_SAMPLES:
        return _JUST_STARTED
    trace = Trace(
        epochs=_read(measured, "epoch"),
        clean_accuracy=_read(measured, "clean_accuracy"),
        validation_accuracy=_read(measured, "validation_accuracy"),
        clean_cross_entropy=_read(measured, "clean_cross_entropy"),
        validation_cross_entropy=_read(measured, "validation_cross_entropy"),
        clean_images=_WINDOW,
        validation_images=_WINDOW,
    )
    if not trace.is_finite:
        return Diagnosis(
            "diverged",
            f"{_name('diverged')}: an accuracy or a cross-entropy is not finite.",
            _slow_down(experiment),
        )
    evidence = measure(trace)
    kind, last = judge(evidence, classes, _WINDOW), measured[-1]
    clean, validation = f"{evidence.clean_accuracy:.0%}", f"{evidence.validation_accuracy:.0%}"
    gap = f"{100 * evidence.gap:.0f} points"
    match kind:
        case "at chance":
            if last.epoch < EPOCHS_TO_LEAVE_CHANCE or last.steps < STEPS_TO_LEAVE_CHANCE:
                return _JUST_STARTED
            return Diagnosis(
                kind,
                f"{_name(kind)}: after {last.epoch:.1f} epochs, {clean} of the training images are right, as "
                f"by guessing among {classes} classes.",
                _slow_down(experiment),
            )
        case "overfitting":
            since = f"{find_begin(evidence):.1f}"
            rises = ", and the validation cross-entropy rises" if cross_entropy_rises(evidence) else ""
            return Diagnosis(
                kind,
                f"{_name(kind, since)}: {clean} of the training images are right, but only {validation} of "
                f"the validation images, a gap of {gap}{rises}.",
                _regularize(experiment),
            )
        case "underfitting":
            return Diagnosis(
                kind,
                f"{_name(kind)}: only {clean} of the training images are right, hardly more than "
                f"{evidence.span:.1f} epochs before, and the gap is small ({gap}).",
                _relax(experiment),
            )
        case "not converged":
            return Diagnosis(kind, _describe_learning(evidence))
        case _:
            return Diagnosis(
                kind,
                f"{_name(kind)}: {validation} of the validation images are right, and the gap is small "
                f"({gap}); it no longer improves much.",
            )


_JUST_STARTED = Diagnosis("too short", "Just started or changed: too early to say anything.")


def _name(kind: Kind, since: str = "") -> str:
    words = describe_kind(kind, since)
    return f"{words[0].upper()}{words[1:]}"


def _read(samples: Sequence[Sample], name: str) -> Array:
    return np.array([getattr(each, name) for each in samples], np.float64)


def _describe_learning(evidence: Evidence) -> str:
    name, rise = "validation", evidence.validation_rise
    if rise <= LEAST_CHANGE:
        name, rise = "training", evidence.clean_rise
    return (
        f"Learning: the accuracy on {name} images has risen by {ACCURACY_GAP.describe(rise)} in the last "
        f"{evidence.span:.1f} epochs; the gap is {100 * evidence.gap:.0f} points."
    )


def _slow_down(experiment: Experiment) -> Suggestion:
    rate = experiment.training.optimizer.learning_rate / 10
    return Suggestion(f"Restart with learning rate {rate:g}", {_LEARNING_RATE: rate}, restarts=True)


def _regularize(experiment: Experiment) -> Suggestion | None:
    """The first missing regularizer that can be added while the network trains."""
    for name in find_missing(experiment.regularizers.names):
        if name not in _LABELS:
            continue
        changes: dict[str, Any] = {f"regularizers.{name}": {}}
        if name == "augmentation" and experiment.data.dataset == "mnist":
            # A flipped digit is another shape.
            changes = {"regularizers.augmentation": {"horizontal_flip": False}}
        return Suggestion(_LABELS[name], changes)
    return None


def _relax(experiment: Experiment) -> Suggestion:
    """Removes the regularizer that limits the network most, or trains faster."""
    name = find_limiting(experiment.regularizers.names)
    if name is not None:
        return Suggestion(f"Remove {name.replace('_', ' ')}", {f"regularizers.{name}": None})
    rate = experiment.training.optimizer.learning_rate
    return Suggestion(f"Try learning rate {3 * rate:g}", {_LEARNING_RATE: min(100.0, 3 * rate)})

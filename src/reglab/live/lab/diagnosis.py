"""What a training on the page shows, in one sentence, and one change that may help.

The rules read moving means over at most 1,000 images, whose standard error is up to 1.6 points, so smaller
differences are not interpreted. The thresholds:

- *At chance*: after at least three epochs and 100 steps, the accuracy on clean training images is at most 3
  standard errors above 1/classes, and their cross-entropy at least 99 % of log(classes), that of guessing. A
  network without pooling may stay near it for two epochs before it learns.
- *Overfitting*: the gap is at least 10 points, six standard errors, and either the validation accuracy has
  not risen by more than 1.6 points over the second half of the training, or the validation cross-entropy is
  clearly (5 %) above its minimum. "Since" is the position of that minimum.
- *Underfitting*: the gap is below 5 points, and the clean accuracy is below 70 % and has not risen by more
  than 1.6 points over the second half.

References: Prechelt, "Early Stopping, But When?", 1998 (overfitting from the minimum of the validation error
on); Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 5.2 (underfitting and overfitting).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log, sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from reglab.experiment import Experiment
from reglab.live.messages import Sample

Kind = Literal["starting", "learning", "overfitting", "underfitting", "fitting", "at chance", "diverged"]
_WINDOW = 1000
_ERROR = 0.016
_OVERFITTING_GAP = 0.10
_FITTING_GAP = 0.05
_LOW_ACCURACY = 0.70
_RISE_OF_CROSS_ENTROPY = 1.05
_FEWEST_SAMPLES = 8
_GUESSING = 0.99
_EPOCHS_TO_LEAVE_CHANCE, _STEPS_TO_LEAVE_CHANCE = 3, 100
_LEARNING_RATE = "training.optimizer.learning_rate"


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
        samples: of the whole training, in order.
        classes: number of classes.
        diverged: why the training has diverged; empty otherwise.
    """
    rate = experiment.training.optimizer.learning_rate
    slower = Suggestion(
        f"Restart with learning rate {rate / 10:g}", {_LEARNING_RATE: rate / 10}, restarts=True
    )
    if diverged:
        return Diagnosis("diverged", f"Diverged: {diverged}.", slower)
    measured = [each for each in samples if None not in (each.clean_accuracy, each.validation_accuracy)]
    if len(measured) < _FEWEST_SAMPLES or measured[-1].epoch < 0.5:
        return Diagnosis("starting", "Just started: too early to say anything.")
    last, chance = measured[-1], 1 / classes
    clean, validation = _smooth(measured, "clean_accuracy"), _smooth(measured, "validation_accuracy")
    cross_entropy = _smooth(measured, "validation_cross_entropy")
    gap = float(clean[-1] - validation[-1])
    half = len(measured) // 2
    rise, clean_rise = float(validation[-1] - validation[half]), float(clean[-1] - clean[half])
    highest = chance + 3 * sqrt(chance * (1 - chance) / _WINDOW)
    guesses = (last.clean_cross_entropy or 0.0) >= _GUESSING * log(classes) and clean[-1] <= highest
    if guesses and last.epoch >= _EPOCHS_TO_LEAVE_CHANCE and last.steps >= _STEPS_TO_LEAVE_CHANCE:
        return Diagnosis(
            "at chance",
            f"Dead: after {last.epoch:.1f} epochs, {clean[-1]:.0%} of the training images are right, as by "
            f"guessing among {classes} classes.",
            slower,
        )
    lowest = int(np.argmin(cross_entropy))
    rises = bool(cross_entropy[-1] > _RISE_OF_CROSS_ENTROPY * cross_entropy[lowest])
    if gap >= _OVERFITTING_GAP and (rises or rise <= _ERROR):
        sentence = (
            f"Overfitting since epoch {measured[lowest].epoch:.1f}: {clean[-1]:.0%} of the training images "
            f"are right, but only {validation[-1]:.0%} of the validation images, a gap of "
            f"{100 * gap:.0f} points"
        )
        sentence += ", and the validation cross-entropy rises." if rises else "."
        return Diagnosis("overfitting", sentence, _regularize(experiment))
    if gap < _FITTING_GAP and clean[-1] < _LOW_ACCURACY and clean_rise <= _ERROR:
        return Diagnosis(
            "underfitting",
            f"Underfitting: only {clean[-1]:.0%} of the training images are right, hardly more than at epoch "
            f"{measured[half].epoch:.1f}, and the gap is small ({100 * gap:.0f} points).",
            _relax(experiment),
        )
    if rise > _ERROR:
        return Diagnosis(
            "learning",
            f"Learning: the validation accuracy has risen from {validation[half]:.0%} to "
            f"{validation[-1]:.0%} since epoch {measured[half].epoch:.1f}; the gap is "
            f"{100 * gap:.0f} points.",
        )
    if gap < _OVERFITTING_GAP and clean[-1] < _LOW_ACCURACY:
        return Diagnosis(
            "learning",
            f"Learning slowly: {clean[-1]:.0%} of the training images and {validation[-1]:.0%} of the "
            f"validation images are right; the gap is {100 * gap:.0f} points.",
        )
    if gap < _OVERFITTING_GAP:
        return Diagnosis(
            "fitting",
            f"Fitting well: {validation[-1]:.0%} of the validation images are right, and the gap is small "
            f"({100 * gap:.0f} points); it no longer improves much.",
        )
    return Diagnosis(
        "learning", f"Learning: the gap is {100 * gap:.0f} points and the cross-entropy does not rise yet."
    )


def _smooth(samples: Sequence[Sample], name: str) -> NDArray[np.float64]:
    """Means over five neighbouring samples, fewer at the ends."""
    values = np.array([getattr(each, name) for each in samples], float)
    kernel = np.ones(5)
    weights = np.convolve(np.ones(len(values)), kernel, "same")
    smooth: NDArray[np.float64] = np.convolve(values, kernel, "same") / weights
    return smooth


def _regularize(experiment: Experiment) -> Suggestion | None:
    """The next regularizer of the lecture that is not active."""
    active = experiment.regularizers.names
    pooled = {"max_pooling", "average_pooling"}.intersection(active)
    for name, label in (
        ("max_pooling", "Add max pooling"),
        ("dropout", "Add dropout of 0.3"),
        ("augmentation", "Add data augmentation"),
        ("l2", "Add an L2 penalty"),
    ):
        if name in active or (name == "max_pooling" and pooled):
            continue
        changes: dict[str, Any] = {f"regularizers.{name}": {}}
        if name == "augmentation" and experiment.data.dataset == "mnist":
            # A flipped digit is another shape.
            changes = {"regularizers.augmentation": {"horizontal_flip": False}}
        return Suggestion(label, changes)
    return None


def _relax(experiment: Experiment) -> Suggestion:
    """Removes the regularizer that limits the network most, or trains faster."""
    for name in ("l1", "l1_l2", "l2", "dropout", "mixup", "cutmix", "random_erasing"):
        if name in experiment.regularizers.names:
            return Suggestion(f"Remove {name.replace('_', ' ')}", {f"regularizers.{name}": None})
    rate = experiment.training.optimizer.learning_rate
    return Suggestion(f"Try learning rate {3 * rate:g}", {_LEARNING_RATE: min(100.0, 3 * rate)})

"""The diagnosis in words, on made-up curves of each kind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reglab.analysis.diagnosis.rules import judge_trace
from reglab.analysis.diagnosis.trace import trace_history
from reglab.experiment import Experiment
from reglab.live.lab.diagnosis import Diagnosis, diagnose
from reglab.live.messages import Sample
from reglab.runs.history import read_history

Diagnose = Callable[..., Diagnosis]
LECTURE = Path(__file__).parents[3] / "reference" / "lecture"
EPOCHS = np.arange(1, 41) / 4


@pytest.fixture
def diagnose_curves(make_sample: Callable[..., Sample]) -> Diagnose:
    """Diagnose ten epochs with four samples each; curves are numbers or arrays of 40."""

    def make(
        clean: Any,
        validation: Any,
        cross_entropy: Any,
        samples: int = 40,
        clean_cross_entropy: Any = 2.2 - 0.2 * EPOCHS,
        diverged: str = "",
        **settings: Any,
    ) -> Diagnosis:
        numbers = (clean, validation, cross_entropy, clean_cross_entropy)
        curves = [np.broadcast_to(each, EPOCHS.shape) for each in numbers]
        made = [
            make_sample(
                int(1000 * epoch),
                clean_accuracy=float(one),
                validation_accuracy=float(two),
                validation_cross_entropy=float(three),
                clean_cross_entropy=float(four),
            )
            for epoch, one, two, three, four in zip(EPOCHS, *curves, strict=True)
        ]
        experiment = Experiment.from_mapping({"name": "a", **settings})
        return diagnose(experiment, made[:samples], 10, diverged)

    return make


@pytest.mark.parametrize(
    "path", sorted(LECTURE.glob("*/seed-0/history.csv")), ids=lambda path: path.parts[-3]
)
def test_the_page_agrees_with_the_diagnosis_of_the_run(
    make_sample: Callable[..., Sample], path: Path
) -> None:
    """The same curves, one sample for each epoch, have the same kind and begin."""
    history = read_history(path)
    found = judge_trace(trace_history(history, 5_000, 10_000), 10)
    samples = [
        make_sample(
            1000 * row.epoch,
            clean_accuracy=row.clean_accuracy,
            validation_accuracy=row.val_accuracy,
            clean_cross_entropy=row.clean_cross_entropy,
            validation_cross_entropy=row.val_cross_entropy,
        )
        for row in history.rows
    ]
    diagnosis = diagnose(Experiment.from_mapping({"name": "a"}), samples, 10)
    assert diagnosis.kind == found.kind
    if found.since is not None:
        assert diagnosis.sentence.startswith(f"Overfitting since epoch {found.since:.1f}: ")


def test_overfitting(diagnose_curves: Diagnose) -> None:
    """Since the minimum of the validation cross-entropy; the suggestion is the lecture's next regularizer."""
    clean = np.minimum(0.98, 0.4 + 0.08 * EPOCHS)
    validation = np.minimum(0.5, 0.3 + 0.1 * EPOCHS)
    cross_entropy = 1.4 + 0.1 * np.abs(EPOCHS - 3)
    found = diagnose_curves(clean, validation, cross_entropy)
    assert found.kind == "overfitting"
    assert found.sentence == (
        "Overfitting since epoch 3.0: 98% of the training images are right, but only 50% of the validation "
        "images, a gap of 48 points, and the validation cross-entropy rises."
    )
    assert found.suggestion is not None
    assert (found.suggestion.label, found.suggestion.restarts) == ("Add max pooling", False)
    labels = []
    regularizers: dict[str, Any] = {}
    while found.suggestion is not None:
        (key,) = found.suggestion.changes
        labels.append(found.suggestion.label)
        regularizers[key.removeprefix("regularizers.")] = {}
        found = diagnose_curves(clean, validation, cross_entropy, regularizers=regularizers)
    assert labels == ["Add max pooling", "Add dropout of 0.3", "Add data augmentation", "Add an L2 penalty"]


def test_a_gap_with_rising_validation_accuracy_is_learning(diagnose_curves: Diagnose) -> None:
    """A gap alone is no overfitting while new images are still recognized better."""
    found = diagnose_curves(0.3 + 0.06 * EPOCHS, 0.2 + 0.04 * EPOCHS, 2 - 0.05 * EPOCHS)
    assert (found.kind, found.suggestion) == ("not converged", None)
    assert found.sentence == (
        "Learning: the accuracy on validation images has risen by 9.0 points in the last 2.2 epochs; the gap "
        "is 29 points."
    )


def test_underfitting(diagnose_curves: Diagnose) -> None:
    """Both accuracies are low and flat: the strongest limit is removed, or the rate is raised."""
    regularizers = {"l1": {"strength": 0.01}, "dropout": {}}
    found = diagnose_curves(0.40, 0.39, 1.7, regularizers=regularizers)
    assert (found.kind, found.suggestion and found.suggestion.label) == ("underfitting", "Remove l1")
    found = diagnose_curves(0.40, 0.39, 1.7)
    assert found.suggestion is not None
    assert found.suggestion.changes == {"training.optimizer.learning_rate": pytest.approx(0.003)}


def test_fitting(diagnose_curves: Diagnose) -> None:
    """A small gap at a high, flat accuracy needs nothing."""
    found = diagnose_curves(0.82, 0.80, 0.6)
    assert (found.kind, found.suggestion) == ("fitting", None)


@pytest.mark.parametrize(
    ("clean", "cross_entropy", "samples", "kind"),
    [
        (0.10, 2.302, 40, "at chance"),
        (0.12, 2.302, 40, "at chance"),
        # More images are right than by guessing, or the network is less sure of wrong classes.
        (0.20, 2.302, 40, "underfitting"),
        (0.10, 2.27, 40, "underfitting"),
        # Fewer than 100 steps.
        (0.10, 2.302, 39, "too short"),
    ],
)
def test_at_chance(
    diagnose_curves: Diagnose, clean: float, cross_entropy: float, samples: int, kind: str
) -> None:
    """With ten classes, guessing has the cross-entropy 2.303, and up to 12.8 % of 1,000 images are right."""
    found = diagnose_curves(clean, clean, 2.3, samples, cross_entropy)
    assert found.kind == kind
    if kind == "at chance":
        assert found.sentence == (
            f"At chance: after 10.0 epochs, {clean:.0%} of the training images are right, as by guessing "
            "among 10 classes."
        )
        assert found.suggestion is not None
        assert found.suggestion.restarts
        assert found.suggestion.changes == {"training.optimizer.learning_rate": pytest.approx(0.0001)}


def test_too_early_and_diverged(diagnose_curves: Diagnose) -> None:
    """The first samples say nothing; a loss that is not a number says it at once."""
    assert diagnose_curves(0.1, 0.1, 2.3, samples=5).kind == "too short"
    found = diagnose_curves(0.1, 0.1, 2.3, samples=1, diverged="the loss became nan")
    assert (found.kind, found.sentence) == ("diverged", "Diverged: the loss became nan.")
    assert found.suggestion is not None
    assert found.suggestion.label == "Restart with learning rate 0.0001"
    found = diagnose_curves(0.5, 0.5, np.where(EPOCHS == 9, np.inf, 1.5))
    assert found.kind == "diverged"
    assert found.sentence == "Diverged: an accuracy or a cross-entropy is not finite."


def test_digits_are_not_flipped(diagnose_curves: Diagnose) -> None:
    """The suggested augmentation keeps the class of a digit."""
    regularizers: dict[str, Any] = {"max_pooling": {}, "dropout": {}}
    found = diagnose_curves(0.98, 0.5, 1.5, regularizers=regularizers, data={"dataset": "mnist"})
    assert found.suggestion is not None
    assert found.suggestion.changes == {"regularizers.augmentation": {"horizontal_flip": False}}

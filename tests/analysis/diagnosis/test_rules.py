"""The rules, on made-up curves of each kind and at their boundaries."""

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from reglab.analysis.diagnosis.evidence import Evidence
from reglab.analysis.diagnosis.rules import Kind, find_begin, judge, judge_trace
from reglab.analysis.diagnosis.trace import Trace, trace_history
from reglab.runs.history import History

KINDS = ("overfitting", "fitting", "underfitting", "not converged", "at chance")
FITTING = Evidence(
    epochs=40,
    window=5,
    span=9,
    clean_accuracy=0.85,
    validation_accuracy=0.80,
    gap_error=0.006,
    validation_rise=0.01,
    clean_rise=0.01,
    rise_error=0.002,
    noise=0.002,
    clean_cross_entropy=0.4,
    validation_cross_entropy=0.6,
    lowest_cross_entropy=0.6,
    lowest_epoch=30,
    clean_cross_entropy_then=0.5,
    cross_entropy_error=0.005,
    flat_since=25,
)
RISES = {"validation_cross_entropy": 0.64}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("noise", [0, 0.003, 0.006])
@pytest.mark.parametrize("seed", range(5))
def test_made_up_curves(make_history: Callable[..., History], kind: Kind, noise: float, seed: int) -> None:
    """Each kind is found with and without noise, none is unstable."""
    finding = judge_trace(trace_history(make_history(kind, noise, seed=seed), 5_000, 10_000), 10)
    assert (finding.kind, finding.is_unstable) == (kind, False)
    assert (finding.since is not None) == (kind == "overfitting")


@pytest.mark.parametrize("kind", KINDS)
def test_noise_makes_unstable(make_history: Callable[..., History], kind: Kind) -> None:
    """Noise of 3 points; a network at chance is never unstable, because it has learned nothing."""
    trace = trace_history(make_history(kind, 0.03, seed=1), 5_000, 10_000)
    if kind == "at chance":
        trace = trace_history(make_history(kind, 0.012, seed=1), 500, 10_000)
    finding = judge_trace(trace, 10)
    assert finding.is_unstable == (kind != "at chance")
    if kind != "not converged":
        assert finding.kind == kind


def test_overfitting_since_the_minimum(make_history: Callable[..., History]) -> None:
    """The cross-entropy of these curves is lowest at epoch 15, where a term is added that rises."""
    finding = judge_trace(trace_history(make_history("overfitting", 0), 5_000, 10_000), 10)
    assert finding.evidence is not None
    assert finding.since == finding.evidence.lowest_epoch == pytest.approx(15, abs=1)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "fitting"),
        # A large gap: 10 points and more.
        ({"validation_accuracy": 0.7501}, "fitting"),
        ({"validation_accuracy": 0.7499}, "overfitting"),
        ({"validation_accuracy": 0.70, "validation_rise": 0.0201}, "not converged"),
        ({"validation_accuracy": 0.70, "validation_rise": 0.0201, **RISES}, "overfitting"),
        # A smaller gap: twice the error, and a cross-entropy that rises.
        ({"clean_accuracy": 0.99, "validation_accuracy": 0.9799, **RISES, "gap_error": 0.003}, "overfitting"),
        ({"clean_accuracy": 0.99, "validation_accuracy": 0.9801, **RISES, "gap_error": 0.003}, "fitting"),
        ({"clean_accuracy": 0.99, "validation_accuracy": 0.96, **RISES}, "overfitting"),
        ({"clean_accuracy": 0.99, "validation_accuracy": 0.96}, "fitting"),
        # A gap within three standard errors is none.
        ({"validation_accuracy": 0.70, "gap_error": 0.051}, "fitting"),
        ({"validation_accuracy": 0.70, "gap_error": 0.049}, "overfitting"),
        # The validation accuracy rises by more than 2 points, and by more than noise.
        ({"validation_rise": 0.0199}, "fitting"),
        ({"validation_rise": 0.0201}, "not converged"),
        ({"validation_rise": 0.0201, "rise_error": 0.0068}, "fitting"),
        # The accuracy is low: less than 70 %.
        ({"clean_accuracy": 0.701, "validation_accuracy": 0.68}, "fitting"),
        ({"clean_accuracy": 0.699, "validation_accuracy": 0.68}, "underfitting"),
        ({"clean_accuracy": 0.699, "validation_accuracy": 0.68, "clean_rise": 0.021}, "not converged"),
        ({"clean_accuracy": 0.699, "validation_accuracy": 0.68, "validation_rise": 0.021}, "not converged"),
        # A noisy rise of a low accuracy does not show that the network cannot learn more.
        (
            {"clean_accuracy": 0.6, "validation_accuracy": 0.6, "clean_rise": 0.1, "rise_error": 1},
            "not converged",
        ),
        # At chance: 10 % of 5,000 images and three standard errors, 11.27 %; cross-entropy of guessing.
        ({"clean_accuracy": 0.1127, "validation_accuracy": 0.1, "clean_cross_entropy": 2.28}, "at chance"),
        ({"clean_accuracy": 0.1128, "validation_accuracy": 0.1, "clean_cross_entropy": 2.28}, "underfitting"),
        ({"clean_accuracy": 0.1127, "validation_accuracy": 0.1, "clean_cross_entropy": 2.27}, "underfitting"),
    ],
)
def test_boundaries(changes: dict[str, float], kind: Kind) -> None:
    """Each threshold, from both sides."""
    assert judge(replace(FITTING, **changes), 10, 5_000) == kind


@pytest.mark.parametrize(("classes", "low"), [(None, 2 / 3), (2, 5 / 6), (10, 0.70), (100, 0.67)])
def test_a_low_accuracy_depends_on_the_classes(classes: int | None, low: float) -> None:
    """Two thirds of the way from guessing to 100 %."""
    values = {
        kind: replace(FITTING, clean_accuracy=low + sign)
        for kind, sign in (("fitting", 1e-6), ("underfitting", -1e-6))
    }
    for kind, evidence in values.items():
        assert judge(replace(evidence, validation_accuracy=low - 0.05), classes, 5_000) == kind


@pytest.mark.parametrize(
    ("changes", "begin"),
    [
        ({"validation_cross_entropy": 0.631}, 30),
        # Less than 5 % above its minimum.
        ({"validation_cross_entropy": 0.629}, 25),
        # Less than three standard errors.
        ({"validation_cross_entropy": 0.631, "cross_entropy_error": 0.011}, 25),
        # That of the clean images rises too: the network has become worse, it has not memorized.
        ({"validation_cross_entropy": 0.631, "clean_cross_entropy": 0.51}, 25),
    ],
)
def test_the_begin_of_overfitting(changes: dict[str, float], begin: float) -> None:
    """The minimum of a cross-entropy that rises, otherwise the epoch since which the accuracy is flat."""
    assert find_begin(replace(FITTING, **changes)) == begin


@pytest.mark.parametrize("epochs", [1, 2, 5])
def test_too_short(make_history: Callable[..., History], epochs: int) -> None:
    """Nothing is said about fewer than six epochs, such as those of the smoke test."""
    finding = judge_trace(trace_history(make_history("overfitting", epochs=epochs), 500, 500), 10)
    assert (finding.kind, finding.evidence) == ("too short", None)


def test_diverged(make_history: Callable[..., History]) -> None:
    """Even a short training; nothing is measured."""
    rows = make_history("fitting", epochs=3).rows
    history = History((*rows, replace(rows[-1], epoch=4, val_cross_entropy=np.inf)))
    finding = judge_trace(trace_history(history, 500, 500), 10)
    assert (finding.kind, finding.evidence) == ("diverged", None)


@pytest.mark.parametrize("epochs", [*range(1, 21), 41, 100])
def test_any_curves_have_a_kind(epochs: int) -> None:
    """Random numbers, all zeros, and all ones, with and without the number of classes."""
    random = np.random.default_rng(epochs)
    for curves in (random.uniform(0, 1, (4, epochs)), np.zeros((4, epochs)), np.ones((4, epochs))):
        trace = Trace(np.arange(1.0, epochs + 1), *curves, 100, 50)
        for classes in (None, 2, 10):
            finding = judge_trace(trace, classes)
            assert finding.kind in get_args(Kind)
            assert finding.since is None or 1 <= finding.since <= epochs


@pytest.mark.parametrize("kind", KINDS)
def test_later_epochs_change_only_the_begin(make_history: Callable[..., History], kind: Kind) -> None:
    """The same curves at later positions, such as those of a resumed training."""
    trace = trace_history(make_history(kind), 5_000, 10_000)
    finding, later = (judge_trace(one, 10) for one in (trace, replace(trace, epochs=trace.epochs + 100)))
    assert (later.kind, later.is_unstable) == (finding.kind, finding.is_unstable)
    assert later.since == (None if finding.since is None else finding.since + 100)

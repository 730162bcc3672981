"""The numbers that a diagnosis follows from."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import linregress

from reglab.analysis.diagnosis.evidence import measure
from reglab.analysis.diagnosis.trace import Trace, trace_history
from reglab.runs.history import History


@pytest.fixture
def trace() -> Trace:
    """Random curves of 40 epochs."""
    random = np.random.default_rng(1)
    clean, validation = random.uniform(0.5, 0.9, (2, 40))
    clean_ce, validation_ce = random.uniform(0.5, 2.0, (2, 40))
    return Trace(np.arange(1.0, 41), clean, validation, clean_ce, validation_ce, 5_000, 10_000)


def test_final_values_and_the_minimum_are_moving_means(trace: Trace) -> None:
    """Over five epochs; the position of a mean is its middle."""
    evidence = measure(trace)
    assert (evidence.epochs, evidence.window) == (40, 5)
    assert evidence.clean_accuracy == pytest.approx(trace.clean_accuracy[-5:].mean())
    assert evidence.gap == pytest.approx(
        trace.clean_accuracy[-5:].mean() - trace.validation_accuracy[-5:].mean()
    )
    assert evidence.validation_cross_entropy == pytest.approx(trace.validation_cross_entropy[-5:].mean())
    means = [trace.validation_cross_entropy[start : start + 5].mean() for start in range(36)]
    lowest = int(np.argmin(means))
    assert evidence.lowest_cross_entropy == pytest.approx(min(means))
    assert evidence.lowest_epoch == lowest + 3
    assert evidence.clean_cross_entropy_then == pytest.approx(
        trace.clean_cross_entropy[lowest : lowest + 5].mean()
    )


def test_rises_are_those_of_a_line(trace: Trace) -> None:
    """Over the last ten of 40 epochs, as SciPy fits it."""
    evidence = measure(trace)
    assert evidence.span == 9
    slopes = [
        linregress(trace.epochs[-10:], curve[-10:]).slope
        for curve in (trace.clean_accuracy, trace.validation_accuracy)
    ]
    assert evidence.clean_rise == pytest.approx(9 * slopes[0])
    assert evidence.validation_rise == pytest.approx(9 * slopes[1])
    assert evidence.gap_rise == pytest.approx(9 * (slopes[0] - slopes[1]))


def test_errors_agree_with_repeated_draws(make_history: Callable[..., History]) -> None:
    """The noise, and the standard error of the rise, over 400 trainings with a noise of 1 point."""
    found = [
        measure(trace_history(make_history("not converged", noise=0.01, seed=seed), 5_000, 10_000))
        for seed in range(400)
    ]
    assert np.sqrt(np.mean([each.noise**2 for each in found])) == pytest.approx(0.01, rel=0.05)
    rises = np.array([each.validation_rise for each in found])
    assert rises.mean() == pytest.approx(9 * 0.014, rel=0.02)
    assert np.sqrt(np.mean([each.rise_error**2 for each in found])) == pytest.approx(
        rises.std(ddof=1), rel=0.1
    )


def test_a_trend_is_not_noise(trace: Trace) -> None:
    """A curve that rises evenly has none."""
    assert measure(replace(trace, validation_accuracy=trace.epochs / 50)).noise == pytest.approx(0, abs=1e-12)


def test_error_of_the_gap(trace: Trace) -> None:
    """That of a difference of two fractions of different images."""
    even = replace(trace, clean_accuracy=np.full(40, 0.8), validation_accuracy=np.full(40, 0.5))
    assert measure(even).gap_error == pytest.approx(np.sqrt(0.8 * 0.2 / 5_000 + 0.5 * 0.5 / 10_000))


def test_since_when_the_accuracy_is_flat(trace: Trace) -> None:
    """From the epoch on after which no mean is 2 points below the last one; 3 is the first position."""
    steps = np.where(trace.epochs < 21, 0.60, 0.63)
    # The mean of epochs 19 to 23 is 0.618, and that of 18 to 22 is 0.612, 1.8 points below.
    assert measure(replace(trace, validation_accuracy=steps)).flat_since == 20
    assert measure(replace(trace, validation_accuracy=np.full(40, 0.6))).flat_since == 3


@pytest.mark.parametrize(("epochs", "window", "span"), [(6, 1, 4), (8, 2, 4), (20, 5, 4), (40, 5, 9)])
def test_short_trainings(make_history: Callable[..., History], epochs: int, window: int, span: int) -> None:
    """Means over at most a quarter of the epochs; rises over at least five epochs."""
    evidence = measure(trace_history(make_history("fitting", epochs=epochs), 500, 1000))
    assert (evidence.epochs, evidence.window, evidence.span) == (epochs, window, span)

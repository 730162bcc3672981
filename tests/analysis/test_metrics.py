"""Every figure is read and written in one way."""

from dataclasses import fields

import pytest

from reglab.analysis import metrics
from reglab.analysis.metrics import (
    ACCURACY_GAP,
    BEST_EPOCH,
    LEARNING_RATE,
    SPEED,
    TIME,
    VALIDATION_ACCURACY,
    VALIDATION_CROSS_ENTROPY,
    Metric,
)
from reglab.analysis.spread import Spread
from reglab.analysis.statistics.paired import PairedTest
from reglab.runs.history import Epoch
from reglab.runs.summary import Summary


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        (VALIDATION_ACCURACY, 0.7123, "71.2 %"),
        (VALIDATION_ACCURACY, Spread((0.7, 0.71, 0.72)), "71.0 ± 1.0 %"),
        (VALIDATION_ACCURACY, None, "–"),
        (VALIDATION_ACCURACY, float("nan"), "nan %"),
        (ACCURACY_GAP, -0.012, "-1.2"),
        (ACCURACY_GAP, Spread((0.25, 0.25)), "25.0 ± 0.0"),
        (VALIDATION_CROSS_ENTROPY, 0.8744, "0.874"),
        (BEST_EPOCH, 12, "12"),
        (SPEED, 1234.5, "1,234"),
        (LEARNING_RATE, 0.00025, "0.00025"),
        (TIME, Spread((60.0, 100.0)), "80 s"),
    ],
)
def test_numbers_in_cells(metric: Metric, value: Spread | float | None, text: str) -> None:
    """Percent with its sign, other units in the heading, the deviation if there is one."""
    assert metric.format(value) == text


def test_numbers_in_sentences(summary: Summary) -> None:
    """There every number has its unit."""
    written = [metric.write(summary) for metric in (VALIDATION_ACCURACY, ACCURACY_GAP, TIME)]
    assert written == ["70.0 %", "20.0 points", "2 min"]
    assert VALIDATION_CROSS_ENTROPY.describe(0.75) == "0.750 nats"


@pytest.mark.parametrize(
    ("difference", "text"),
    [
        (None, "–"),
        (PairedTest(1, -0.0244), "-2.4"),
        (PairedTest(2, 0.024, 0.004, (-0.0111, 0.06)), "+2.4 [-1.1, +6.0]"),
    ],
)
def test_differences(difference: PairedTest | None, text: str) -> None:
    """With a sign, and with the interval if there is one."""
    assert VALIDATION_ACCURACY.format_difference(difference) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0 s"),
        (89.4, "89 s"),
        (90, "2 min"),
        (5_369, "89 min"),
        (5_400, "1 h 30 min"),
        (11_100, "3 h 05 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    """Seconds, minutes, or hours and minutes."""
    assert metrics.format_seconds(seconds) == text


def test_an_epoch_in_one_line() -> None:
    """Clean, validation and gap; a gap below zero keeps its sign."""
    row = Epoch(1, 1.0, 1e-3, 1.0, 0.5, 1.0, 0.9, 0.5, 1.1, 0.5125, 0.0, -0.0125, 0.2)
    assert metrics.describe_epoch(row) == "clean 50.0 %  validation 51.2 %  gap -1.2 points"


def test_every_recorded_figure_has_one_metric() -> None:
    """A column of the history or a figure of the summary without a metric, or with two, is found here."""
    found = [value for value in vars(metrics).values() if isinstance(value, Metric)]
    columns = [metric.column for metric in found if metric.column]
    assert sorted(columns) == sorted(field.name for field in fields(Epoch) if field.name != "epoch")
    finals = [metric.final for metric in found if metric.final]
    measured = {name for name, field in Summary.model_fields.items() if "float" in str(field.annotation)}
    assert sorted(finals) == sorted(measured | {"best_epoch", "parameters"})
    assert len({metric.name for metric in found}) == len(found)

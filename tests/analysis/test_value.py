"""Which number of a run is compared."""

from collections.abc import Callable

import pytest

from reglab.analysis.comparison import compare_runs
from reglab.analysis.metrics import ACCURACY_GAP, BEST_EPOCH, EXTRA_LOSS, VALIDATION_ACCURACY, Metric
from reglab.analysis.value import Value, count_tail, read_value
from reglab.runs.finding import RunRecord

Maker = Callable[..., RunRecord]
ACCURACIES = [0.25, 0.875, *[0.5] * 16, 0.625, 0.75]


@pytest.mark.parametrize(
    ("value", "accuracy", "gap"), [("final", 0.75, 0.15), ("tail", 0.6875, 0.2125), ("best", 0.875, 0.025)]
)
def test_values(make_record: Maker, value: Value, accuracy: float, gap: float) -> None:
    """The last of 20 epochs, the mean of the last two, the best one; the gap is of the same epochs."""
    record = make_record("mp", 0, ACCURACIES)
    assert record.history is not None
    assert record.summary is not None
    read = [
        read_value(metric, value, record.history, record.summary)
        for metric in (VALIDATION_ACCURACY, ACCURACY_GAP)
    ]
    assert read == pytest.approx([accuracy, gap])


def test_early_stopping_keeps_its_epoch(make_record: Maker) -> None:
    """The final value is that of the kept weights, the tail that of the last epochs."""
    record = make_record("mp", 0, [0.5, 0.75, 0.25], weights_epoch=2, final_val_accuracy=0.75)
    assert record.history is not None
    assert record.summary is not None
    final, tail = (
        read_value(VALIDATION_ACCURACY, value, record.history, record.summary) for value in ("final", "tail")
    )
    assert (final, tail) == (0.75, 0.25)


@pytest.mark.parametrize(("epochs", "number"), [(1, 1), (10, 1), (11, 2), (40, 4), (41, 5)])
def test_a_tenth_is_rounded_up(epochs: int, number: int) -> None:
    """Always at least one epoch."""
    assert count_tail(epochs) == number


@pytest.mark.parametrize("metric", [EXTRA_LOSS, BEST_EPOCH])
def test_what_an_epoch_does_not_have(make_record: Maker, metric: Metric) -> None:
    """Neither an optional column nor a number of the summary alone."""
    record = make_record("mp", 0, [0.5])
    assert record.history is not None
    assert record.summary is not None
    assert read_value(metric, "tail", record.history, record.summary) is None


def test_the_differences_are_those_of_the_value(make_record: Maker) -> None:
    """The verdict follows the value, not the final accuracy."""
    records = [
        make_record(name, seed, [0.5] * 18 + [tail - 0.125, tail + 0.125])
        for name, tail in (("cnn", 0.5), ("mp", 0.625))
        for seed in range(3)
    ]
    verdict = compare_runs(records, "cnn", value="tail").experiments[1].verdict
    assert verdict is not None
    assert (verdict.test.mean, verdict.word) == (0.125, "better")
    records = [make_record("mp", 0, [0.75, 0.5]), make_record("cnn", 0, [0.5])]
    best = compare_runs(records, "cnn", value="best")
    assert best.experiments[0].verdict is not None
    assert best.experiments[0].verdict.test.mean == 0.25

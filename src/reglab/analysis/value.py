"""Which number of a run is compared: that of the kept weights, a mean of late epochs, or the best epoch."""

from math import ceil
from typing import Literal

from reglab.analysis.metrics import Metric
from reglab.runs.history import History
from reglab.runs.summary import Summary

Value = Literal["final", "tail", "best"]
"""`final`: of the kept weights, those of the last epoch except after early stopping. `tail`: the mean over
the last tenth of the epochs. `best`: of the epoch with the best validation accuracy."""
_TAIL = 10


def read_value(metric: Metric, value: Value, history: History, summary: Summary) -> float | None:
    """Reads a metric of a run.

    At a constant learning rate one epoch is a noisy draw. `tail` averages this noise away; it estimates the
    accuracy that such a training has in its last epochs, which is not the accuracy of the saved weights.

    Args:
        metric: the metric; `tail` and `best` need its attribute `column`, `final` its attribute `final`.
        value: which epochs.
        history: of the run, at least one epoch.
        summary: of the run.

    Returns:
        The recorded number or mean; None if the run does not have it.
    """
    if value == "final":
        return metric.read(summary)
    rows = history.rows
    rows = rows[-count_tail(len(rows)) :] if value == "tail" else rows[summary.best_epoch - 1 :][:1]
    known = [number for row in rows if (number := metric.read(row)) is not None]
    return sum(known) / len(known) if known and len(known) == len(rows) else None


def count_tail(epochs: int) -> int:
    """The number of epochs that `tail` averages: a tenth, rounded up."""
    return ceil(epochs / _TAIL)

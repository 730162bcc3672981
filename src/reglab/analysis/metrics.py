"""The metrics of runs and epochs: name, title, unit and digits of each, and how it is read and written.

Tables, figures, CSV, JSON and the terminal use these metrics, so that a number has the same form everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from reglab.analysis.spread import Spread
from reglab.analysis.statistics.paired import PairedTest
from reglab.runs.history import Epoch, History
from reglab.runs.summary import Summary


@dataclass(frozen=True)
class Unit:
    """The unit of a metric, and the form of its numbers.

    Attributes:
        word: name of the unit; empty for plain numbers.
        spec: Python's format specification for the shown number.
        factor: the shown number divided by the recorded one; 100 to show a fraction as percent.
        symbol: text after the number in every cell.
    """

    word: str
    spec: str
    factor: float = 1
    symbol: str = ""


PERCENT = Unit("%", ".1f", 100, " %")
POINTS = Unit("points", ".1f", 100)
NATS = Unit("nats", ".3f")
SECONDS = Unit("seconds", ".0f")
COUNT = Unit("", ",.0f")
NUMBER = Unit("", "g")

Better = Literal["up", "down", "neither"]


@dataclass(frozen=True)
class Metric:
    """One metric of a run or an epoch.

    Attributes:
        name: key in CSV and JSON.
        title: its title in figures and tables.
        unit: of the shown number.
        better: whether larger values are better (`up`), smaller ones (`down`), or neither.
        column: field of `Epoch`; None if an epoch does not have the metric.
        final: field of `Summary`; None if a summary does not have the metric.
    """

    name: str
    title: str
    unit: Unit
    better: Better
    column: str | None = None
    final: str | None = None

    def read(self, source: Epoch | Summary) -> float | None:
        """Reads the recorded number of an epoch or a run; None if the source does not have it."""
        field = self.column if isinstance(source, Epoch) else self.final
        return None if field is None else vars(source)[field]

    def read_curve(self, history: History) -> NDArray[np.float64]:
        """Reads the metric of every epoch, `(epochs,)` float64, NaN where an epoch does not have it."""
        return np.array([self.read(row) for row in history.rows], dtype=np.float64)

    def format(self, value: Spread | float | None) -> str:
        """Writes a recorded number for a cell.

        Args:
            value: the number, or a `Spread` over seeds; None if it is not known.

        Returns:
            `71.3 %`, `71.3 ± 0.4 %`, `24.1`, `0.874`, `12 min`, or `–`.
        """
        if value is None:
            return "–"
        spread = value if isinstance(value, Spread) else Spread((value,))
        if self.unit is SECONDS:
            return format_seconds(spread.mean)
        numbers = [spread.mean, *([] if spread.deviation is None else [spread.deviation])]
        written = " ± ".join(f"{self.unit.factor * number:{self.unit.spec}}" for number in numbers)
        return f"{written}{self.unit.symbol}"

    def describe(self, value: Spread | float | None) -> str:
        """Writes a recorded number with its unit, for a sentence: `71.3 %`, `24.1 points`."""
        word = "" if value is None or self.unit.symbol or self.unit is SECONDS else self.unit.word
        return f"{self.format(value)} {word}".rstrip()

    def write(self, source: Epoch | Summary) -> str:
        """Reads the number of an epoch or a run and writes it with its unit."""
        return self.describe(self.read(source))

    def format_difference(self, difference: PairedTest | Spread | None) -> str:
        """Writes a paired difference or an effect, such as `+2.4 [+1.1, +3.7]`; `–` if it is None."""
        if difference is None:
            return "–"
        mean, *ends = (
            f"{self.unit.factor * number:+{self.unit.spec}}"
            for number in (difference.mean, *(difference.interval or ()))
        )
        return f"{mean} [{', '.join(ends)}]" if ends else mean


TRAIN_LOSS = Metric("train_loss", "loss as trained", NATS, "down", "train_loss")
TRAIN_ACCURACY = Metric(
    "train_accuracy", "accuracy as trained", PERCENT, "up", "train_accuracy", "final_train_accuracy"
)
TRAIN_CROSS_ENTROPY = Metric(
    "train_cross_entropy", "cross-entropy as trained", NATS, "down", "train_cross_entropy"
)
CLEAN_ACCURACY = Metric(
    "clean_accuracy", "clean accuracy", PERCENT, "up", "clean_accuracy", "final_clean_accuracy"
)
CLEAN_CROSS_ENTROPY = Metric(
    "clean_cross_entropy", "clean cross-entropy", NATS, "down", "clean_cross_entropy"
)
VALIDATION_ACCURACY = Metric(
    "validation_accuracy", "validation accuracy", PERCENT, "up", "val_accuracy", "final_val_accuracy"
)
VALIDATION_CROSS_ENTROPY = Metric(
    "validation_cross_entropy",
    "validation cross-entropy",
    NATS,
    "down",
    "val_cross_entropy",
    "final_val_cross_entropy",
)
BEST_VALIDATION_ACCURACY = Metric(
    "best_validation_accuracy", "best validation accuracy", PERCENT, "up", final="best_val_accuracy"
)
BEST_EPOCH = Metric("best_epoch", "best epoch", COUNT, "neither", final="best_epoch")
TEST_ACCURACY = Metric("test_accuracy", "test accuracy", PERCENT, "up", final="test_accuracy")
TEST_CROSS_ENTROPY = Metric(
    "test_cross_entropy", "test cross-entropy", NATS, "down", final="test_cross_entropy"
)
ACCURACY_GAP = Metric("gap_accuracy", "accuracy gap", POINTS, "down", "gap_accuracy", "gap_accuracy")
CROSS_ENTROPY_GAP = Metric(
    "gap_cross_entropy", "cross-entropy gap", NATS, "down", "gap_cross_entropy", "gap_cross_entropy"
)
PENALTY = Metric("penalty", "penalty", NATS, "neither", "penalty")
EXTRA_LOSS = Metric("extra_loss", "extra loss", NATS, "neither", "extra_loss")
LEARNING_RATE = Metric("learning_rate", "learning rate", NUMBER, "neither", "learning_rate")
TIME = Metric("seconds", "time", SECONDS, "down", "seconds", "seconds")
SPEED = Metric("images_per_second", "images per second", COUNT, "up", final="images_per_second")
PARAMETERS = Metric("parameters", "parameters", COUNT, "neither", final="parameters")


def describe_epoch(row: Epoch) -> str:
    """Describes an epoch in one line: `clean 90.0 %  validation 75.0 %  gap 15.0 points`."""
    figures = (("clean", CLEAN_ACCURACY), ("validation", VALIDATION_ACCURACY), ("gap", ACCURACY_GAP))
    return "  ".join(f"{word} {metric.write(row)}" for word, metric in figures)


def format_seconds(seconds: float) -> str:
    """Writes a duration as `45 s`, `12 min` or `3 h 05 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def format_range(numbers: Sequence[float]) -> str:
    """Writes whole numbers as `40` if they are equal, otherwise as `23–40`."""
    low, high = min(numbers), max(numbers)
    return f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}"

"""The last lines of a study."""

from collections.abc import Callable
from io import StringIO

import pytest
from rich.console import Console

from reglab.analysis.comparison import Comparison, compare_runs
from reglab.report.tables.conclusions import build_conclusions
from reglab.runs.finding import RunRecord


@pytest.fixture
def records(make_record: Callable[..., RunRecord]) -> list[RunRecord]:
    cnn = (make_record("cnn", seed, [0.5] * 8, title="CNN") for seed in range(3))
    return [*cnn, *(make_record("mp", seed, [0.7 + seed / 100] * 8) for seed in range(3))]


def print_lines(comparison: Comparison) -> list[str]:
    console = Console(file=StringIO(), width=80)
    console.print(build_conclusions(comparison))
    assert isinstance(console.file, StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_verdicts_and_diagnoses(records: list[RunRecord]) -> None:
    """One line for each experiment, which a terminal of 80 columns shows whole."""
    assert print_lines(compare_runs(records, "cnn")) == [
        "experiment    validation  verdict   diagnosis",
        "─────────────────────────────────────────────────────────────",
        "CNN         50.0 ± 0.0 %  baseline  overfitting since epoch 2",
        "CNN + MP    71.0 ± 1.0 %  better    overfitting since epoch 2",
    ]


def test_without_a_baseline(records: list[RunRecord]) -> None:
    """There is no verdict."""
    assert print_lines(compare_runs(records))[0].split() == ["experiment", "validation", "diagnosis"]


def test_another_value(records: list[RunRecord]) -> None:
    """Its heading names the value."""
    heading = print_lines(compare_runs(records, value="tail"))[0]
    assert heading == "experiment  validation, tail  diagnosis"

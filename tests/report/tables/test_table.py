"""The table, in every format."""

import csv
import json
import re
from collections.abc import Callable
from io import StringIO

import pytest
from rich.console import Console

from reglab.analysis.comparison import Comparison, compare_runs
from reglab.report.grid import choose_columns
from reglab.report.records import render_csv, render_json
from reglab.report.table import build_table
from reglab.report.table_formats import TerminalTable, render_markdown
from reglab.runs.finding import RunRecord

Maker = Callable[..., RunRecord]


@pytest.fixture
def comparison(make_record: Maker) -> Comparison:
    return compare_runs(
        [
            *(make_record("cnn", seed, [0.5, 0.625], title="CNN | plain") for seed in range(3)),
            *(make_record("mp", seed, [0.75, 0.6875 + seed / 32]) for seed in range(3)),
            make_record("bn", 0, [0.5], state="failed", message="out of memory"),
        ],
        baseline="cnn",
    )


def print_table(comparison: Comparison, width: int) -> str:
    console = Console(file=StringIO(), width=width)
    console.print(TerminalTable(build_table(comparison)))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_markdown(comparison: Comparison) -> None:
    """The whole document: conditions, rows, what the numbers are, and what was left out."""
    assert render_markdown(build_table(comparison)) == (
        "CIFAR-10; validation: test set (10,000 images); 3 seeds each.\n"
        "\n"
        "| experiment | parameters | seeds | epochs | train (clean) | validation | best (epoch) "
        "| gap, points | validation cross-entropy | minutes | Δ validation, points [95 % CI] |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        "| CNN \\| plain | 295,914 | 0–2 | 2 | 90.0 ± 0.0 % | 62.5 ± 0.0 % | 62.5 % (2) | 27.5 ± 0.0 "
        "| 0.750 ± 0.000 | 1.5 | baseline |\n"
        "| CNN + MP | 295,914 | 0–2 | 2 | 90.0 ± 0.0 % | 71.9 ± 3.1 % | 75.0 % (1) | 18.1 ± 3.1 "
        "| 0.750 ± 0.000 | 1.5 | +9.4 [+1.6, +17.1] |\n"
        "\n"
        "- Accuracies and gap are at the end, ± is the standard deviation over seeds, "
        "where there are several.\n"
        "- Δ is paired by seed with the baseline cnn, n = 3.\n"
        "- Left out: results/bn/seed-0 failed: out of memory.\n"
    )


def test_csv_reads_back(comparison: Comparison) -> None:
    """Numbers are unrounded fractions, and a value that is not known is empty."""
    first, second = csv.DictReader(StringIO(render_csv(comparison)))
    assert (first["experiment"], first["title"], first["validation"]) == ("cnn", "CNN | plain", "test set")
    assert (first["difference"], first["test_accuracy"], first["seeds"]) == ("", "", "0 1 2")
    assert float(second["validation_accuracy"]) == 0.71875
    assert float(second["validation_accuracy_sd"]) == 0.03125
    assert float(second["difference"]) == 0.09375


def test_json_reads_back(comparison: Comparison) -> None:
    """The same records, with baseline, notes, and what was left out."""
    content = json.loads(render_json(comparison))
    assert [record["experiment"] for record in content["experiments"]] == ["cnn", "mp"]
    assert content["experiments"][1]["difference_seeds"] == 3
    assert content["experiments"][0]["difference_low"] is None
    assert content["baseline"] == "cnn"
    assert content["left_out"] == [{"run": "results/bn/seed-0", "reason": "failed: out of memory"}]


def test_test_column_where_validation_is_held_out(make_record: Maker) -> None:
    """The test accuracy has a column only where it was measured."""
    plain = build_table(compare_runs([make_record("mp", 0, [0.5])]))
    held_out = build_table(compare_runs([make_record("mp", 0, [0.5], test_accuracy=0.625)]))
    assert "test" not in [column.heading for column in plain.columns]
    assert [column.cells for column in held_out.columns if column.heading == "test"] == [("62.5 %",)]


@pytest.mark.parametrize("width", [50, 80, 100, 140, 200])
def test_terminal_never_breaks_a_number(comparison: Comparison, width: int) -> None:
    """At every width lines fit, the titles and the accuracies are whole, and what is hidden is named."""
    text = print_table(comparison, width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "71.9 ± 3.1 %" in text
    assert "CNN | plain" in text
    hidden = len(choose_columns(build_table(comparison).columns, width)) < 11
    assert ("For a wider terminal" in text) == hidden


def test_wide_terminal_shows_everything(comparison: Comparison) -> None:
    """With room for all, all columns are shown in one line a row."""
    text = print_table(comparison, 200)
    assert "For a wider terminal" not in text
    (row,) = (line for line in text.splitlines() if "CNN + MP" in line)
    assert re.sub(r"\s+", " ", row.strip()) == (
        "CNN + MP 295,914 0–2 2 90.0 ± 0.0 % 71.9 ± 3.1 % 75.0 % (1) 18.1 ± 3.1 "
        "0.750 ± 0.000 1.5 +9.4 [+1.6, +17.1]"
    )

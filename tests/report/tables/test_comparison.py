"""The table of a comparison, in Markdown and on the terminal."""

import re
from collections.abc import Callable
from io import StringIO

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from reglab.analysis.comparison import Comparison, compare_runs
from reglab.report.tables.comparison import build_table
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
    console.print(build_table(comparison))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_markdown(comparison: Comparison) -> None:
    """The whole document: conditions, rows, what the numbers are, and what was skipped."""
    assert build_table(comparison).render_markdown() == (
        "CIFAR-10; validation: test set (10,000 images); 3 seeds each.\n"
        "\n"
        "| experiment | parameters | seed | epochs | train (clean) | validation | best (epoch) "
        "| gap, points | validation cross-entropy | time | Δ validation, points [95 % CI] | verdict |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n"
        "| CNN \\| plain | 295,914 | 0–2 | 2 | 90.0 ± 0.0 % | 62.5 ± 0.0 % | 62.5 % (2) | 27.5 ± 0.0 "
        "| 0.750 ± 0.000 | 2 min | baseline | – |\n"
        "| CNN + MP | 295,914 | 0–2 | 2 | 90.0 ± 0.0 % | 71.9 ± 3.1 % | 75.0 % (1) | 18.1 ± 3.1 "
        "| 0.750 ± 0.000 | 2 min | +9.4 [+1.6, +17.1] | better |\n"
        "\n"
        "- Accuracies and gap are final; ± is the standard deviation over seeds.\n"
        "- Δ is paired by seed with the baseline cnn, n = 3.\n"
        "- Better, worse: p \\< 0.05 in a paired t test.\n"
        "- Skipped: results/bn/seed-0 failed: out of memory.\n"
    )


@pytest.mark.parametrize(
    "title",
    [
        r"a | b \ c",
        "<script>alert(1)</script> &lt;",
        "*bold* __bold__ _italic_ ~~struck~~ `code` mp_bn_da",
        "[link](https://example.org) ![picture](https://example.org/a.png) <https://example.org>",
        "$x^2$ #5",
    ],
)
def test_markdown_shows_titles_as_they_are(make_record: Maker, title: str) -> None:
    """A title may come from another person; text that looks like Markdown or HTML is shown as text."""
    failed = make_record("bn", 0, [0.5], state="failed", message=title)
    text = build_table(compare_runs([make_record("mp", 0, [0.5], title=title), failed])).render_markdown()
    # Not as in the escaped text, where a reader such as GitHub's would find formulas and issues.
    assert not re.search(r"(?<!\\)[$#]", text)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    inline = [token for token in tokens if token.type == "inline"]
    shown = ["".join(part.content for part in token.children or ()) for token in inline]
    assert title in shown
    assert f"Skipped: results/bn/seed-0 failed: {title}." in shown
    kinds = {part.type for token in inline for part in token.children or ()}
    assert kinds <= {"text", "text_special"}


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
    assert ("For a wider terminal" in text) == (width < 140)


def test_wide_terminal_shows_everything(comparison: Comparison) -> None:
    """With room for all, all columns are shown in one line a row."""
    text = print_table(comparison, 200)
    assert "For a wider terminal" not in text
    (row,) = (line for line in text.splitlines() if "CNN + MP" in line)
    assert re.sub(r"\s+", " ", row.strip()) == (
        "CNN + MP 295,914 0–2 2 90.0 ± 0.0 % 71.9 ± 3.1 % 75.0 % (1) 18.1 ± 3.1 "
        "0.750 ± 0.000 2 min +9.4 [+1.6, +17.1] better"
    )

"""The table of a comparison, in Markdown and on the terminal."""

import re
from collections.abc import Callable
from io import StringIO

import numpy as np
import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from reglab.analysis.comparison import Comparison, compare_runs
from reglab.analysis.value import Value
from reglab.report.tables.comparison import build_table
from reglab.runs.finding import RunRecord
from tests.run_files import write_predictions

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
        "| gap, points | diagnosis | validation cross-entropy | time "
        "| Δ validation, points [95 % CI] | verdict |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: | --- |\n"
        "| CNN \\| plain | 295,914 | 0–2 | 2 | 90.0 ± 0.0 % | 62.5 ± 0.0 % | 62.5 % (2) | 27.5 ± 0.0 "
        "| too short to tell | 0.750 ± 0.000 | 2 min | baseline | – |\n"
        "| CNN + MP | 295,914 | 0–2 | 2 | 90.0 ± 0.0 % | 71.9 ± 3.1 % | 75.0 % (1) | 18.1 ± 3.1 "
        "| too short to tell | 0.750 ± 0.000 | 2 min | +9.4 [+1.6, +17.1] | better |\n"
        "\n"
        "- Accuracies and gap are final; ± is the standard deviation over seeds.\n"
        "- Δ is paired by seed with the baseline cnn, n = 3.\n"
        "- Better, worse: p \\< 0.05 in a paired t test.\n"
        "- Note: the validation set is the test set: a setting that was chosen on it has no independent "
        "test.\n"
        "- Note: the predictions of CNN + MP are not compared: cannot read "
        "results/mp/seed-0/predictions.npz: No such file or directory.\n"
        "- Note: the training times of CNN + MP are not compared with those of CNN \\| plain: they are not "
        "known to be from one machine.\n"
        "- Skipped: results/bn/seed-0 failed: out of memory.\n"
        "\n"
        "## Cost\n"
        "\n"
        "| experiment | validation, final | seconds | Δ seconds [95 % CI] | Δ validation, points [95 % CI] "
        "| points per extra minute |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: |\n"
        "| CNN \\| plain | 62.5 ± 0.0 % | 90 ± 0 | baseline | baseline | – |\n"
        "| CNN + MP | 71.9 ± 3.1 % | 90 ± 0 | – | +9.4 [+1.6, +17.1] | – |\n"
        "\n"
        "- Seconds are the wall-clock time of a training with its measurements; other programs on the "
        "machine lengthen it.\n"
        "- Points per extra minute are given where an experiment takes longer than the baseline, with "
        "several seeds by more than chance (95 %).\n"
        "- Seconds without a difference cannot be compared with those of the baseline.\n"
        "\n"
        "## Differences from CNN \\| plain beyond the regularizers\n"
        "\n"
        "- No other key that is known differs.\n"
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


@pytest.mark.parametrize("width", [50, 80, 100, 160, 200])
def test_terminal_never_breaks_a_number(comparison: Comparison, width: int) -> None:
    """At every width lines fit, the titles and the accuracies are whole, and what is hidden is named."""
    text = print_table(comparison, width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "71.9 ± 3.1 %" in text
    assert "CNN | plain" in text
    assert ("For a wider terminal" in text) == (width < 160)


def test_wide_terminal_shows_everything(comparison: Comparison) -> None:
    """With room for all, all columns are shown in one line a row."""
    text = print_table(comparison, 200)
    assert "For a wider terminal" not in text
    (row,) = (line for line in text.splitlines() if line.startswith("CNN + MP"))
    assert re.sub(r"\s+", " ", row.strip()) == (
        "CNN + MP 295,914 0–2 2 90.0 ± 0.0 % 71.9 ± 3.1 % 75.0 % (1) 18.1 ± 3.1 "
        "too short to tell 0.750 ± 0.000 2 min +9.4 [+1.6, +17.1] better"
    )


@pytest.mark.parametrize(
    ("value", "note"),
    [
        ("tail", "Accuracies, gap and cross-entropy are means over the last tenth of the epochs"),
        (
            "best",
            "Accuracies, gap and cross-entropy are of the epoch with the best validation accuracy, which is "
            "too high because it is the largest of many",
        ),
    ],
)
def test_the_value_is_named(make_record: Maker, value: Value, note: str) -> None:
    """In the headings of the columns that it changes, and in the first note."""
    records = [make_record(name, 0, [*[0.5] * 12, 0.75, 0.625]) for name in ("mp", "cnn")]
    table = build_table(compare_runs(records, "cnn", value=value))
    assert [column.heading for column in table.columns if f", {value}" in column.heading] == [
        f"train (clean), {value}",
        f"validation, {value}",
        f"gap, points, {value}",
        f"validation cross-entropy, {value}",
        f"Δ validation, {value}, points [95 % CI]",
    ]
    (cells,) = (column.cells for column in table.columns if column.heading == f"validation, {value}")
    assert cells == ({"tail": "68.8 %", "best": "75.0 %"}[value],) * 2
    assert table.notes[0] == f"{note}; ± is the standard deviation over seeds."


def test_the_interval_over_images_has_a_column(make_record: Maker) -> None:
    """Beside that over seeds, with a note on what each supports; a missing one is a dash."""
    correct = np.arange(100) % 4 > 0
    records = [
        *(write_predictions(make_record("mp", seed, [0.75]), np.roll(correct, seed)) for seed in range(2)),
        *(write_predictions(make_record("cnn", seed, [0.75]), ~correct) for seed in range(2)),
        *(make_record("bn", seed, [0.75]) for seed in range(2)),
    ]
    table = build_table(compare_runs(records, "cnn"))
    (cells,) = (column.cells for column in table.columns if column.heading == "[95 % CI, new images]")
    # For the four kinds of images, the mean difference is −0.5, 0.5, 1 and 1, and equal for both seeds:
    # 0.5 ± 1.96 · √(0.3788 / 100).
    assert cells == ("[+37.9, +62.1]", "–", "–")
    assert table.notes[2] == (
        "The interval of Δ is for new seeds on these images, the interval beside it for new seeds and new "
        "images."
    )


def test_mcnemar_is_explained(make_record: Maker) -> None:
    """With one seed, the cell says whether the two networks differ, and a note what that means."""
    right = np.arange(100) % 4 > 0
    records = [
        write_predictions(make_record("mp", 0, [0.75]), right),
        write_predictions(make_record("cnn", 0, [0.25]), ~right),
        write_predictions(make_record("bn", 0, [0.25]), ~right),
    ]
    table = build_table(compare_runs(records, "cnn"))
    assert table.columns[-1].cells == (
        "one seed (these two networks differ: McNemar p < 0.001)",
        "–",
        "one seed (these two networks cannot be told apart: McNemar p = 1.000)",
    )
    assert "McNemar's exact test is about these two trained networks only; p is not corrected." in table.notes


def test_differences_are_not_repeated_in_markdown(make_record: Maker) -> None:
    """The notes on settings are on the terminal; the document has them key by key instead."""
    records = [make_record("mp", 0, [0.5]), make_record("bn", 0, [0.5], settings="training: {epochs: 7}")]
    note = "CNN + BN / CNN + MP differ in training.epochs: 7 / 40: not on equal terms"
    both = build_table(compare_runs(records, "mp"))
    assert f"Note: {note}." in both.notes
    assert note not in both.render_markdown()
    assert "| CNN + BN | training.epochs | 40 | 7 |" in both.render_markdown()
    assert note in build_table(compare_runs(records)).render_markdown()


def test_the_diagnosis_of_each_experiment(make_record: Maker) -> None:
    """In a few words; `diagnose` prints the evidence."""
    seeds = [make_record("mp", seed, [0.5, *[0.7] * 11], clean_images=5_000) for seed in range(2)]
    table = build_table(compare_runs([*seeds, make_record("cnn", 0, [0.5])]))
    (cells,) = (column.cells for column in table.columns if column.heading == "diagnosis")
    assert cells == ("overfitting since epoch 3", "too short to tell")

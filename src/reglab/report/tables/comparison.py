"""The table of a comparison for readers: Markdown, and the terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reglab.analysis.comparison import Comparison
from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.metrics import (
    ACCURACY_GAP,
    BEST_EPOCH,
    BEST_VALIDATION_ACCURACY,
    CLEAN_ACCURACY,
    TEST_ACCURACY,
    TIME,
    VALIDATION_ACCURACY,
    VALIDATION_CROSS_ENTROPY,
    Metric,
    format_range,
)
from reglab.report.tables.grid import Column, Grid
from reglab.report.verdicts import describe_rules, describe_verdict
from reglab.report.wording import describe_data, describe_seeds, format_seeds

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult


@dataclass(frozen=True)
class Table:
    """The table of a comparison, for Rich's consoles and as Markdown.

    Attributes:
        caption: data set, validation images, and number of seeds.
        columns: the columns, all of the same length.
        notes: sentences below the table: meaning of the numbers, limits of the comparison, skipped runs.
    """

    caption: str
    columns: tuple[Column, ...]
    notes: tuple[str, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yields the caption, as many columns as fit, and the notes."""
        from rich.text import Text

        yield Text(self.caption)
        yield Grid(self.columns)
        for note in self.notes:
            yield Text(note, style="dim")

    def render_markdown(self) -> str:
        """Renders caption, table and notes as a Markdown document; it ends with a newline."""
        headings = [_escape(column.heading) for column in self.columns]
        rules = ["---:" if column.numeric else "---" for column in self.columns]
        rows = zip(*(map(_escape, column.cells) for column in self.columns), strict=True)
        lines = [_row(headings), _row(rules), *(_row(row) for row in rows)]
        notes = [f"- {_escape(note)}" for note in self.notes]
        return "\n".join([f"{_escape(self.caption)}.", "", *lines, "", *notes]) + "\n"


def build_table(comparison: Comparison) -> Table:
    """Builds the table of a comparison, with rounded numbers.

    Args:
        comparison: the comparison.

    Returns:
        One row for each experiment. There is a column of the test accuracy if an experiment has one, that is,
        if validation was not the test set, and columns of the difference and the verdict if there is a
        baseline.
    """
    results = comparison.experiments

    def column(
        heading: str, rank: int, write: Callable[[ExperimentResult], str], numeric: bool = True
    ) -> Column:
        return Column(heading, tuple(write(result) for result in results), rank, numeric)

    def of(metric: Metric) -> Callable[[ExperimentResult], str]:
        return lambda result: metric.format(result.final(metric))

    has_test = any(result.final(TEST_ACCURACY) for result in results)
    columns = (
        column("experiment", 1, lambda result: result.title, numeric=False),
        column("parameters", 9, lambda result: result.parameters),
        column("seed", 8, lambda result: format_seeds(result.seeds)),
        column("epochs", 4, lambda result: format_range(result.epochs_trained)),
        column("train (clean)", 5, of(CLEAN_ACCURACY)),
        column("validation", 1, of(VALIDATION_ACCURACY)),
        *([column("test", 3, of(TEST_ACCURACY))] if has_test else []),
        column("best (epoch)", 6, _best),
        column("gap, points", 2, of(ACCURACY_GAP)),
        column("validation cross-entropy", 7, of(VALIDATION_CROSS_ENTROPY)),
        column("time", 10, of(TIME)),
        *(
            [
                column("Δ validation, points [95 % CI]", 2, _difference(comparison)),
                column("verdict", 2, _verdict(comparison), numeric=False),
            ]
            if comparison.baseline
            else []
        ),
    )
    return Table(f"{describe_data(comparison)}; {describe_seeds(comparison)}", columns, _notes(comparison))


def _best(result: ExperimentResult) -> str:
    """Best accuracy and its epoch, without deviation, because the best of many epochs is too optimistic."""
    accuracy, epoch = result.final(BEST_VALIDATION_ACCURACY), result.final(BEST_EPOCH)
    epochs = format_range(epoch.values) if epoch else "–"
    return f"{BEST_VALIDATION_ACCURACY.format(accuracy.mean if accuracy else None)} ({epochs})"


def _difference(comparison: Comparison) -> Callable[[ExperimentResult], str]:
    def write(result: ExperimentResult) -> str:
        if result.name == comparison.baseline:
            return "baseline"
        return ACCURACY_GAP.format_difference(result.verdict.test if result.verdict else None)

    return write


def _verdict(comparison: Comparison) -> Callable[[ExperimentResult], str]:
    return lambda result: "–" if result.verdict is None else describe_verdict(result.verdict)


def _notes(comparison: Comparison) -> tuple[str, ...]:
    notes = ["Accuracies and gap are final; ± is the standard deviation over seeds"]
    verdicts = [result.verdict for result in comparison.experiments if result.verdict]
    if verdicts:
        numbers = format_range([verdict.test.n for verdict in verdicts])
        notes.append(f"Δ is paired by seed with the baseline {comparison.baseline}, n = {numbers}")
        notes += describe_rules(verdicts, comparison.margin)
    notes += [f"Note: {note}" for note in comparison.notes]
    notes += [f"Skipped: {run}" for run in comparison.skipped]
    return tuple(f"{note.rstrip('.')}." for note in notes)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escape(text: str) -> str:
    """Escapes what Markdown, or GitHub's form of it, does not show as it is; `_` within a word is shown."""
    return re.sub(r"[\\`*<>&|~$#]|\](?=\()|(?<![^\W_])_|_(?![^\W_])", r"\\\g<0>", " ".join(text.splitlines()))

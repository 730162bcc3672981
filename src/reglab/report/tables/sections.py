"""Sections of a comparison below its table; only its Markdown document has cost and fairness."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reglab.analysis.comparison import Comparison
from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.metrics import ACCURACY_GAP, TIME, VALIDATION_ACCURACY
from reglab.report.tables.grid import Column, Grid
from reglab.report.tables.markdown import escape, render_columns, render_notes

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult


@dataclass(frozen=True)
class Section:
    """A section of a Markdown document, and for Rich's consoles.

    Attributes:
        heading: its title.
        columns: a table; no table if empty.
        notes: sentences below the table.
    """

    heading: str
    columns: tuple[Column, ...]
    notes: tuple[str, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yields an empty line, the heading, as many columns as fit, and the notes."""
        from rich.text import Text

        yield Text(f"\n{self.heading}")
        yield Grid(self.columns)
        for note in self.notes:
            yield Text(note, style="dim")

    def render_markdown(self) -> str:
        """Renders the section; it begins with an empty line and ends with a newline."""
        table = ["", *render_columns(self.columns)] if self.columns else []
        notes = ["", *render_notes(self.notes)] if self.notes else []
        return "\n".join(["", f"## {escape(self.heading)}", *table, *notes]) + "\n"


def build_sections(comparison: Comparison) -> tuple[Section, ...]:
    """Builds the sections; there are none without a baseline."""
    baseline = next((each for each in comparison.experiments if each.name == comparison.baseline), None)
    if baseline is None:
        return ()
    others = [result for result in comparison.experiments if result is not baseline]
    return (_build_cost(comparison, baseline, others), _build_fairness(baseline, others))


def _build_cost(
    comparison: Comparison, baseline: ExperimentResult, others: list[ExperimentResult]
) -> Section:
    rows = [baseline, *others]

    def write(result: ExperimentResult) -> tuple[str, ...]:
        cost, verdict = result.cost, result.verdict
        gain = None if cost is None else cost.gain_per_second
        return (
            result.title,
            VALIDATION_ACCURACY.format(result.over_seeds(VALIDATION_ACCURACY, comparison.value)),
            _format_seconds(result),
            "baseline" if result is baseline else TIME.format_difference(cost.seconds if cost else None),
            "baseline"
            if result is baseline
            else ACCURACY_GAP.format_difference(verdict.test if verdict else None),
            "–" if gain is None else f"{gain * 60 * 100:+.1f}",
        )

    headings = (
        "experiment",
        f"validation, {comparison.value}",
        "seconds",
        "Δ seconds [95 % CI]",
        "Δ validation, points [95 % CI]",
        "points per extra minute",
    )
    cells = zip(*map(write, rows), strict=True)
    columns = (
        Column(heading, column, 1, place > 0)
        for place, (heading, column) in enumerate(zip(headings, cells, strict=True))
    )
    notes = [
        "Seconds are the wall-clock time of a training with its measurements; other programs on the machine "
        "lengthen it.",
        "Points per extra minute are given where an experiment takes longer than the baseline, with several "
        "seeds by more than chance (95 %).",
    ]
    if any(result.cost is None for result in others):
        notes.append("Seconds without a difference cannot be compared with those of the baseline.")
    return Section("Cost", tuple(columns), tuple(notes))


def _format_seconds(result: ExperimentResult) -> str:
    spread = result.final(TIME)
    if spread is None:
        return "–"
    return f"{spread.mean:,.0f}" + ("" if spread.deviation is None else f" ± {spread.deviation:,.0f}")


def _build_fairness(baseline: ExperimentResult, others: list[ExperimentResult]) -> Section:
    rows = list(_list_rows(others))
    heading = f"Differences from {baseline.title} beyond the regularizers"
    if not rows:
        return Section(heading, (), ("No other key that is known differs.",))
    headings = ("experiment", "key", "baseline", "value")
    columns = zip(headings, zip(*rows, strict=True), strict=True)
    return Section(heading, tuple(Column(head, cells, 1, numeric=False) for head, cells in columns), ())


def _list_rows(results: list[ExperimentResult]) -> Iterator[tuple[str, str, str, str]]:
    for result in results:
        for difference in result.differs_in:
            yield result.title, difference.key, difference.first, difference.second

"""The table of a comparison for readers: Markdown, and the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reglab.analysis.comparison import Comparison
from reglab.analysis.diagnosis.diagnosis import diagnose_experiment
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
from reglab.analysis.value import Value
from reglab.report.diagnoses import describe_diagnosis
from reglab.report.tables.effects import build_effects
from reglab.report.tables.grid import Column, Grid
from reglab.report.tables.markdown import escape, render_columns, render_notes
from reglab.report.tables.sections import Section, build_sections
from reglab.report.verdicts import describe_result, describe_rules
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
        sections: further tables of the Markdown document.
        detailed: the notes that are not in the Markdown document, because its sections have the details.
    """

    caption: str
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    sections: tuple[Section, ...] = ()
    detailed: tuple[str, ...] = ()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yields the caption, as many columns as fit, and the notes."""
        from rich.text import Text

        yield Text(self.caption)
        yield Grid(self.columns)
        for note in self.notes:
            yield Text(note, style="dim")

    def render_markdown(self) -> str:
        """Renders caption, table, notes and sections as a Markdown document; it ends with a newline."""
        notes = render_notes(note for note in self.notes if note not in self.detailed)
        lines = [f"{escape(self.caption)}.", "", *render_columns(self.columns), "", *notes]
        return "\n".join(lines) + "\n" + "".join(section.render_markdown() for section in self.sections)


def build_table(comparison: Comparison) -> Table:
    """Builds the table of a comparison, with rounded numbers.

    Args:
        comparison: the comparison.

    Returns:
        One row for each experiment. There is a column of the test accuracy if an experiment has one, that is,
        if validation was not the test set, and columns of the difference and the verdict if there is a
        baseline. Headings name the value that is compared, except for `final`.
    """
    results = comparison.experiments
    name = "" if comparison.value == "final" else f", {comparison.value}"

    def column(
        heading: str, rank: int, write: Callable[[ExperimentResult], str], numeric: bool = True
    ) -> Column:
        return Column(heading, tuple(write(result) for result in results), rank, numeric)

    def of(metric: Metric) -> Callable[[ExperimentResult], str]:
        return lambda result: metric.format(result.over_seeds(metric, comparison.value))

    has_test = any(result.final(TEST_ACCURACY) for result in results)
    columns = (
        column("experiment", 1, lambda result: result.title, numeric=False),
        column("parameters", 9, lambda result: result.parameters),
        column("seed", 8, lambda result: format_seeds(result.seeds)),
        column("epochs", 4, lambda result: format_range(result.epochs_trained)),
        column(f"train (clean){name}", 5, of(CLEAN_ACCURACY)),
        column(f"validation{name}", 1, of(VALIDATION_ACCURACY)),
        *([column("test", 3, _test)] if has_test else []),
        column("best (epoch)", 6, _best),
        column(f"gap, points{name}", 2, of(ACCURACY_GAP)),
        column("diagnosis", 3, lambda result: describe_diagnosis(diagnose_experiment(result)), numeric=False),
        column(f"validation cross-entropy{name}", 7, of(VALIDATION_CROSS_ENTROPY)),
        column("time", 10, lambda result: TIME.format(result.final(TIME))),
        *(
            [
                column(f"Δ validation{name}, points [95 % CI]", 2, _difference(comparison)),
                *(
                    [column("[95 % CI, new images]", 3, _interval)]
                    if any(map(_has_interval, results))
                    else []
                ),
                column("verdict", 2, describe_result, numeric=False),
            ]
            if comparison.baseline
            else []
        ),
    )
    return Table(
        f"{describe_data(comparison)}; {describe_seeds(comparison)}",
        columns,
        _notes(comparison),
        (*build_effects(comparison), *build_sections(comparison)),
        tuple(map(_write_note, comparison.unequal)) if comparison.baseline else (),
    )


def _test(result: ExperimentResult) -> str:
    return TEST_ACCURACY.format(result.final(TEST_ACCURACY))


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


def _has_interval(result: ExperimentResult) -> bool:
    return result.images is not None and result.images.interval is not None


def _interval(result: ExperimentResult) -> str:
    ends = result.images.interval if result.images else None
    return "–" if ends is None else f"[{', '.join(f'{100 * end:+.1f}' for end in ends)}]"


_WHAT: Mapping[Value, str] = {
    "final": "Accuracies and gap are final",
    "tail": "Accuracies, gap and cross-entropy are means over the last tenth of the epochs",
    "best": "Accuracies, gap and cross-entropy are of the epoch with the best validation accuracy, which is "
    "too high because it is the largest of many",
}


def _notes(comparison: Comparison) -> tuple[str, ...]:
    notes = [f"{_WHAT[comparison.value]}; ± is the standard deviation over seeds"]
    results = comparison.experiments
    verdicts = [result.verdict for result in results if result.verdict]
    if verdicts:
        numbers = format_range([verdict.test.n for verdict in verdicts])
        notes.append(f"Δ is paired by seed with the baseline {comparison.baseline}, n = {numbers}")
        if any(map(_has_interval, results)):
            notes.append(
                "The interval of Δ is for new seeds on these images, the interval beside it for new seeds "
                "and new images"
            )
        notes += describe_rules(verdicts, comparison.margin)
        if any(result.images and result.images.p_mcnemar is not None for result in results):
            notes.append("McNemar's exact test is about these two trained networks only; p is not corrected")
    written = [*map(_end, notes), *map(_write_note, comparison.notes), *map(_write_note, comparison.missing)]
    return (*written, *(_end(f"Skipped: {run}") for run in comparison.skipped))


def _write_note(note: str) -> str:
    return _end(f"Note: {note}")


def _end(sentence: str) -> str:
    return f"{sentence.rstrip('.')}."

"""The rows of a comparison's table, the same for every format."""

from dataclasses import dataclass

from reglab.analysis.comparison import Comparison
from reglab.analysis.experiment import ExperimentResult
from reglab.report.grid import Column
from reglab.report.wording import (
    describe_data,
    describe_seeds,
    format_difference,
    format_nats,
    format_percent,
    format_points,
    format_range,
    format_seeds,
)

_REST = "Accuracies and gap are at the end, ± is the standard deviation over seeds"


@dataclass(frozen=True)
class Table:
    """A comparison as text.

    Attributes:
        caption: the dataset, which images validation is, how many seeds.
        columns: all of the same length.
        notes: sentences below: what the numbers are, what is not comparable, what was left out.
    """

    caption: str
    columns: tuple[Column, ...]
    notes: tuple[str, ...]


def build_table(comparison: Comparison) -> Table:
    """Puts a comparison into words and rounded numbers.

    Args:
        comparison: the comparison.

    Returns:
        A row an experiment. The test accuracy has a column where validation was not the test set,
        the difference where there is a baseline.
    """
    results = comparison.experiments
    columns = [
        Column("experiment", tuple(result.title for result in results), 1, numeric=False),
        Column("parameters", tuple(f"{result.parameters:,}" for result in results), 9),
        Column("seeds", tuple(format_seeds(result.seeds) for result in results), 8),
        Column("epochs", tuple(format_range(result.epochs_trained) for result in results), 4),
        Column("train (clean)", tuple(format_percent(result.final_clean_accuracy) for result in results), 5),
        Column("validation", tuple(format_percent(result.final_val_accuracy) for result in results), 1),
        Column("best (epoch)", tuple(_best(result) for result in results), 6),
        Column("gap, points", tuple(format_points(result.gap_accuracy) for result in results), 2),
        Column(
            "validation cross-entropy",
            tuple(format_nats(result.final_val_cross_entropy) for result in results),
            7,
        ),
        Column("minutes", tuple(f"{result.seconds.mean / 60:.1f}" for result in results), 10),
    ]
    if any(result.test_accuracy for result in results):
        columns.insert(6, Column("test", tuple(_test(result) for result in results), 3))
    if comparison.baseline is not None:
        columns.append(_differences(comparison))
    return Table(
        f"{describe_data(comparison)}; {describe_seeds(comparison)}",
        tuple(columns),
        _notes(comparison),
    )


def _best(result: ExperimentResult) -> str:
    epochs = format_range([int(epoch) for epoch in result.best_epoch.values])
    return f"{100 * result.best_val_accuracy.mean:.1f} % ({epochs})"


def _test(result: ExperimentResult) -> str:
    return format_percent(result.test_accuracy) if result.test_accuracy else "–"


def _differences(comparison: Comparison) -> Column:
    cells = tuple(
        "baseline" if result.name == comparison.baseline else format_difference(result.difference)
        for result in comparison.experiments
    )
    return Column("Δ validation, points [95 % CI]", cells, 2)


def _notes(comparison: Comparison) -> tuple[str, ...]:
    notes = [f"{_REST}, where there are several"]
    differences = [result.difference for result in comparison.experiments if result.difference]
    if differences:
        numbers = format_range([len(difference.seeds) for difference in differences])
        notes.append(f"Δ is paired by seed with the baseline {comparison.baseline}, n = {numbers}")
    notes += [f"Note: {note}" for note in comparison.notes]
    notes += [f"Left out: {run}" for run in comparison.left_out]
    return tuple(f"{note.rstrip('.')}." for note in notes)

"""The section of the effects, in Markdown and on the terminal."""

from collections.abc import Callable, Sequence
from io import StringIO

import pytest
from rich.console import Console

from reglab.analysis.comparison import Comparison, compare_runs
from reglab.report.tables.comparison import build_table
from reglab.report.tables.effects import build_effects
from reglab.runs.finding import RunRecord
from tests.factorials import list_cells, list_half, make_factorial

Maker = Callable[..., RunRecord]
POOLING, DROPOUT, L2 = "max_pooling", "dropout", "l2"


def gain(on: Sequence[str], seed: int) -> float:
    """12 points of max pooling and 4 of dropout, 2 more together, in each of the seeds."""
    return 0.5 + 0.12 * (POOLING in on) + (0.04 + seed / 100) * (DROPOUT in on) + 0.02 * (len(on) == 2)


@pytest.fixture
def comparison(make_record: Maker) -> Comparison:
    return compare_runs(list(make_factorial(make_record, list_cells((POOLING, DROPOUT)), (0, 1, 2), gain)))


def print_section(comparison: Comparison, width: int) -> str:
    console = Console(file=StringIO(), width=width)
    console.print(*build_effects(comparison))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_markdown(comparison: Comparison) -> None:
    """The whole section is at the end of the document of the comparison."""
    (section,) = build_effects(comparison)
    text = section.render_markdown()
    assert build_table(comparison).render_markdown().endswith(text)
    assert text == (
        "\n"
        "## Effects of the regularizers\n"
        "\n"
        "| effect | on validation, points [95 % CI] | on gap, points [95 % CI] "
        "| Shapley share of validation, points [95 % CI] | Shapley share of gap, points [95 % CI] |\n"
        "| --- | ---: | ---: | ---: | ---: |\n"
        "| Max pooling | +13.0 [+13.0, +13.0] | -13.0 [-13.0, -13.0] | +13.0 [+13.0, +13.0] (68 %) "
        "| -13.0 [-13.0, -13.0] (68 %) |\n"
        "| Dropout | +6.0 [+3.5, +8.5] | -6.0 [-8.5, -3.5] | +6.0 [+3.5, +8.5] (32 %) "
        "| -6.0 [-8.5, -3.5] (32 %) |\n"
        "| Max pooling × Dropout | +1.0 [+1.0, +1.0] | -1.0 [-1.0, -1.0] | – | – |\n"
        "| all together | – | – | +19.0 [+16.5, +21.5] | -19.0 [-21.5, -16.5] |\n"
        "\n"
        "- All 4 combinations; seeds 0–2; effects are computed within each seed.\n"
        "- Intervals are over seeds, and not corrected for the number of effects.\n"
        "- The effect of a regularizer is the mean with it minus the mean without it; a positive effect on "
        "the gap makes the gap larger.\n"
        "- An interaction (×) is half the difference between the effect of one regularizer with the other "
        "and its effect without the other.\n"
        "- A Shapley share is the mean gain over all orders in which the regularizers could be added; the "
        "shares add up to all together.\n"
    )


def test_one_regularizer_and_one_seed(make_record: Maker) -> None:
    """No interaction, no share that would repeat the effect, and no interval."""
    comparison = compare_runs(list(make_factorial(make_record, list_cells((POOLING,)), (0,), gain)))
    (section,) = build_effects(comparison)
    assert section.render_markdown() == (
        "\n"
        "## Effects of the regularizers\n"
        "\n"
        "| effect | on validation, points [95 % CI] | on gap, points [95 % CI] |\n"
        "| --- | ---: | ---: |\n"
        "| Max pooling | +12.0 | -12.0 |\n"
        "\n"
        "- With and without it; seed 0; effects are computed within each seed.\n"
        "- The effect of a regularizer is the mean with it minus the mean without it; a positive effect on "
        "the gap makes the gap larger.\n"
        "- One seed: the effects have no intervals, and nothing can be said about other seeds.\n"
    )


def test_a_half_has_no_shares(make_record: Maker) -> None:
    """Its notes name what is confounded."""
    comparison = compare_runs(list(make_factorial(make_record, list_half((POOLING, DROPOUT, L2)))))
    (section,) = build_effects(comparison)
    assert [column.heading for column in section.columns] == [
        "effect",
        "on validation, points [95 % CI]",
        "on gap, points [95 % CI]",
    ]
    assert section.notes[-1] == (
        "Confounded, so that only the sum or the difference is known: Max pooling with Dropout × L2; "
        "Dropout with Max pooling × L2; L2 with Max pooling × Dropout."
    )


def test_headings_name_the_value(make_record: Maker) -> None:
    """As in the table of the comparison."""
    records = list(make_factorial(make_record, list_cells((POOLING, DROPOUT))))
    (section,) = build_effects(compare_runs(records, value="tail"))
    assert [column.heading for column in section.columns[1:]] == [
        "on validation, tail, points [95 % CI]",
        "on gap, tail, points [95 % CI]",
        "Shapley share of validation, tail, points [95 % CI]",
        "Shapley share of gap, tail, points [95 % CI]",
    ]


def test_other_experiments_have_no_section(make_record: Maker) -> None:
    """Nothing is printed."""
    assert build_effects(compare_runs([make_record("mp", 0, [0.5])])) == ()


@pytest.mark.parametrize("width", [50, 80, 100, 150])
def test_terminal_never_breaks_a_number(comparison: Comparison, width: int) -> None:
    """At every width lines fit, the effects on accuracy are whole, and what is hidden is named."""
    text = print_section(comparison, width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "+6.0 [+3.5, +8.5]" in text
    assert ("For a wider terminal" in text) == (width < 150)
    assert text.startswith("\nEffects of the regularizers\n")

"""The sections that only the Markdown document of a comparison has."""

from collections.abc import Callable

from reglab.analysis.comparison import compare_runs
from reglab.report.tables.sections import build_sections
from reglab.runs.finding import RunRecord
from tests.run_files import write_machine

Maker = Callable[..., RunRecord]


def test_no_sections_without_a_baseline(make_record: Maker) -> None:
    """There is nothing to compare with."""
    assert build_sections(compare_runs([make_record("mp", 0, [0.5]), make_record("bn", 0, [0.5])])) == ()


def test_cost(make_record: Maker) -> None:
    """Experiments that take longer, that do not, and that were trained elsewhere."""
    made = (("mp", 0.7, 3700.0), ("cnn", 0.5, 100.0), ("do", 0.6, 100.0), ("bn", 0.6, 200.0))
    records = [
        write_machine(make_record(name, seed, [accuracy], seconds=seconds + seed))
        for name, accuracy, seconds in made
        for seed in range(2)
    ]
    write_machine(records[-1], host="other")
    cost, _ = build_sections(compare_runs(records, "cnn"))
    assert cost.heading == "Cost"
    assert [column.heading for column in cost.columns] == [
        "experiment",
        "validation, final",
        "seconds",
        "Δ seconds [95 % CI]",
        "Δ validation, points [95 % CI]",
        "points per extra minute",
    ]
    gain, none, some = "+20.0 [+20.0, +20.0]", "+0 [+0, +0]", "+10.0 [+10.0, +10.0]"
    assert list(zip(*(column.cells for column in cost.columns), strict=True)) == [
        ("CNN + CNN", "50.0 ± 0.0 %", "100 ± 1", "baseline", "baseline", "–"),
        ("CNN + MP", "70.0 ± 0.0 %", "3,700 ± 1", "+3600 [+3600, +3600]", gain, "+0.3"),
        ("CNN + DO", "60.0 ± 0.0 %", "100 ± 1", none, some, "–"),
        ("CNN + BN", "60.0 ± 0.0 %", "200 ± 1", "–", some, "–"),
    ]
    assert cost.notes[-1] == "Seconds without a difference cannot be compared with those of the baseline."


def test_differences(make_record: Maker) -> None:
    """One row for each key and experiment; without any, a sentence says so."""
    records = [
        make_record("mp", 0, [0.5]),
        make_record("bn", 0, [0.5], settings="training: {batch_size: 100}"),
        make_record("do", 0, [0.5]),
    ]
    _, differences = build_sections(compare_runs(records, "mp"))
    assert differences.render_markdown() == (
        "\n"
        "## Differences from CNN + MP beyond the regularizers\n"
        "\n"
        "| experiment | key | baseline | value |\n"
        "| --- | --- | --- | --- |\n"
        "| CNN + BN | steps | 250 | 500 |\n"
        "| CNN + BN | training.batch_size | 200 | 100 |\n"
    )
    _, differences = build_sections(compare_runs([records[0], records[2]], "mp"))
    assert differences.render_markdown() == (
        "\n## Differences from CNN + MP beyond the regularizers\n\n- No other key that is known differs.\n"
    )

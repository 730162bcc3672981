"""Columns of text in terminals of every width."""

from io import StringIO

import pytest
from rich.console import Console

from reglab.report.grid import Column, Grid, choose_columns, measure_columns

COLUMNS = (
    Column("experiment", ("CNN", "CNN with max pooling and dropout"), 1, numeric=False),
    Column("parameters", ("295,914", "295,914"), 9),
    Column("train (clean)", ("99.1 %", "81.0 %"), 5),
    Column("validation", ("71.3 ± 0.4 %", "80.2 ± 0.1 %"), 1),
)


def draw(width: int, columns: tuple[Column, ...] = COLUMNS) -> list[str]:
    page = StringIO()
    Console(file=page, width=width).print(Grid(columns))
    return [line.rstrip() for line in page.getvalue().splitlines()]


def test_wide() -> None:
    """With room for all, every heading and every cell is in one line."""
    assert draw(100) == [
        "experiment                        parameters  train (clean)    validation",
        "─────────────────────────────────────────────────────────────────────────",
        "CNN                                  295,914         99.1 %  71.3 ± 0.4 %",
        "CNN with max pooling and dropout     295,914         81.0 %  80.2 ± 0.1 %",
    ]


def test_narrower() -> None:
    """Headings break before columns go."""
    assert draw(67) == [
        "                                                train",
        "experiment                        parameters  (clean)    validation",
        "───────────────────────────────────────────────────────────────────",
        "CNN                                  295,914   99.1 %  71.3 ± 0.4 %",
        "CNN with max pooling and dropout     295,914   81.0 %  80.2 ± 0.1 %",
    ]


def test_narrow() -> None:
    """The least important columns go first, and are named."""
    assert draw(52) == [
        "experiment                          validation",
        "──────────────────────────────────────────────",
        "CNN                               71.3 ± 0.4 %",
        "CNN with max pooling and dropout  80.2 ± 0.1 %",
        "For a wider terminal: parameters; train (clean).",
    ]


def test_narrowest() -> None:
    """What must stay stays, its words folded, its numbers whole."""
    assert draw(24) == [
        "experiment    validation",
        "────────────────────────",
        "CNN         71.3 ± 0.4 %",
        "CNN with    80.2 ± 0.1 %",
        "max",
        "pooling",
        "and",
        "dropout",
        "For a wider terminal:",
        "parameters; train",
        "(clean).",
    ]


@pytest.mark.parametrize("width", range(15, 100))
def test_numbers_are_whole_at_every_width(width: int) -> None:
    """No line is wider than the terminal, and no number is cut off."""
    lines = draw(width)
    assert max(map(len, lines)) <= width
    for number in COLUMNS[-1].cells:
        assert sum(number in line for line in lines) == 1


def test_importance_decides_what_goes_first() -> None:
    """Rank by rank from the greatest; those of rank 1 never go."""
    rooms = (65, 64, 53, 52, 1)
    assert [len(choose_columns(COLUMNS, room)) for room in rooms] == [4, 3, 3, 2, 2]
    assert choose_columns(COLUMNS, 64) == (COLUMNS[0], *COLUMNS[2:])
    assert choose_columns(COLUMNS, 1) == (COLUMNS[0], COLUMNS[3])


def test_room_left_over_goes_to_the_important() -> None:
    """First whole words, then whole headings; where even the needs do not fit, words give way."""
    widths = [measure_columns(COLUMNS, room) for room in (100, 69, 66, 65)]
    assert widths == [(32, 10, 13, 12), (32, 10, 9, 12), (31, 10, 7, 12), (30, 10, 7, 12)]
    assert measure_columns((COLUMNS[0], COLUMNS[3]), 20) == (6, 12)


def test_brackets_are_text() -> None:
    """Nothing in a cell is markup or an emoji's name."""
    assert draw(40, (Column("[b]", ("[red]x[/foo] :smile:",), 1, numeric=False),)) == [
        "[b]",
        "────────────────────",
        "[red]x[/foo] :smile:",
    ]

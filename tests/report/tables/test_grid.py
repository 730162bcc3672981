"""Columns of text in terminals of every width."""

from io import StringIO

import pytest
from rich.console import Console

from reglab.report.tables.grid import Column, Grid

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
    """Every heading and every cell is in one line."""
    assert draw(100) == [
        "experiment                        parameters  train (clean)    validation",
        "─────────────────────────────────────────────────────────────────────────",
        "CNN                                  295,914         99.1 %  71.3 ± 0.4 %",
        "CNN with max pooling and dropout     295,914         81.0 %  80.2 ± 0.1 %",
    ]


def test_narrower() -> None:
    """Headings of numbers are broken before a column is hidden."""
    assert draw(67) == [
        "                                                train",
        "experiment                        parameters  (clean)    validation",
        "───────────────────────────────────────────────────────────────────",
        "CNN                                  295,914   99.1 %  71.3 ± 0.4 %",
        "CNN with max pooling and dropout     295,914   81.0 %  80.2 ± 0.1 %",
    ]


def test_narrow() -> None:
    """The least important columns are hidden first, and named."""
    assert draw(52) == [
        "experiment                          validation",
        "──────────────────────────────────────────────",
        "CNN                               71.3 ± 0.4 %",
        "CNN with max pooling and dropout  80.2 ± 0.1 %",
        "For a wider terminal: parameters; train (clean).",
    ]


def test_narrowest() -> None:
    """Columns of rank 1 stay; words are folded, numbers are not."""
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


def test_rank_decides_what_is_hidden_first() -> None:
    """From the greatest rank on; columns of rank 1 are always shown."""
    hidden = [draw(width)[-1] for width in (65, 64, 52)]
    assert ["295,914" not in hidden[0], *hidden[1:]] == [
        True,
        "For a wider terminal: parameters.",
        "For a wider terminal: parameters; train (clean).",
    ]


def test_brackets_are_text() -> None:
    """Cells are never markup or the name of an emoji."""
    assert draw(40, (Column("[b]", ("[red]x[/foo] :smile:",), 1, numeric=False),)) == [
        "[b]",
        "────────────────────",
        "[red]x[/foo] :smile:",
    ]

"""Columns of text for a terminal: as many as fit, and every number whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

_TITLE = 30
"""Cells that a column of words gets before others get what they need; longer ones are folded."""
_BETWEEN = 2
"""Cells between two columns."""


@dataclass(frozen=True)
class Column:
    """One column of text.

    Attributes:
        heading: its name, with its unit where the cells have none.
        cells: one a row.
        rank: 1 is shown always; the greater, the sooner it is left out where there is little room.
        numeric: whether it is aligned to the right, and never folded.
    """

    heading: str
    cells: tuple[str, ...]
    rank: int
    numeric: bool = True


@dataclass(frozen=True)
class Grid:
    """Columns for `rich`'s consoles: as many as fit, the most important first; it says which do not.

    Attributes:
        columns: all of the same length.
    """

    columns: tuple[Column, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The columns that fit, and the names of those that do not."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        shown = choose_columns(self.columns, options.max_width)
        grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
        for column, width in zip(shown, measure_columns(shown, options.max_width), strict=True):
            heading = Text(column.heading)
            if column.numeric:
                grid.add_column(heading, width=width, justify="right")
            else:
                grid.add_column(heading, width=width, overflow="fold")
        for row in zip(*(column.cells for column in shown), strict=True):
            grid.add_row(*(Text(cell) for cell in row))
        yield grid
        hidden = [column.heading for column in self.columns if column not in shown]
        if hidden:
            yield Text(f"For a wider terminal: {'; '.join(hidden)}.", style="dim")


def choose_columns(columns: Sequence[Column], room: int) -> tuple[Column, ...]:
    """The columns that fit side by side.

    Args:
        columns: all of them.
        room: cells of the terminal's width.

    Returns:
        The columns in their order, without as many of the highest ranks as it takes; those of rank 1
        stay, whatever the room.
    """
    chosen = list(columns)
    while _sum([_least(column) for column in chosen]) > room:
        last = max(chosen, key=lambda column: column.rank)
        if last.rank == 1:
            break
        chosen.remove(last)
    return tuple(chosen)


def measure_columns(columns: Sequence[Column], room: int) -> tuple[int, ...]:
    """How wide each column is to be.

    Args:
        columns: those that are shown.
        room: cells of the terminal's width.

    Returns:
        Cells each: what the column needs, and what is left for headings and words in one line, the most
        important first. Where even the needs do not fit, columns of words are narrower, and fold.
    """
    widths = [_least(column) for column in columns]
    for index in sorted(range(len(columns)), key=lambda index: columns[index].rank):
        left = room - _sum(widths)
        if left > 0:
            widths[index] += min(left, _most(columns[index]) - widths[index])
        elif not columns[index].numeric:
            widths[index] = max(1, widths[index] + left)
    return tuple(widths)


def _sum(widths: Sequence[int]) -> int:
    return sum(widths) + _BETWEEN * (len(widths) - 1)


def _least(column: Column) -> int:
    """Of the longest cell, or of the longest word of the heading, which may take several lines."""
    from rich.cells import cell_len

    longest = max(cell_len(text) for text in (*column.heading.split(), *column.cells))
    return longest if column.numeric else min(longest, _TITLE)


def _most(column: Column) -> int:
    """Of the longest cell or the heading, each in one line."""
    from rich.cells import cell_len

    return max(cell_len(text) for text in (column.heading, *column.cells))

"""A table for a terminal: as many columns as fit, and every number whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.table import Table

_WORDS = 30
"""Cells that a column of words needs; longer words are folded where there is no more room."""


@dataclass(frozen=True)
class Column:
    """One column of text.

    Attributes:
        heading: its name, with its unit where the cells have none.
        cells: one for each row.
        rank: 1 is always shown; the greater, the sooner it is hidden where there is little room.
        numeric: whether it is aligned to the right, and never folded.
    """

    heading: str
    cells: tuple[str, ...]
    rank: int
    numeric: bool = True


@dataclass(frozen=True)
class Grid:
    """Columns for Rich's consoles: as many as fit, the most important first; hidden ones are named.

    Attributes:
        columns: all of the same length.
    """

    columns: tuple[Column, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The columns that fit, and the names of those that do not."""
        from rich.text import Text

        shown = list(self.columns)
        table = _build(shown, narrow=False)
        if _measure(table, console, options) > options.max_width:
            table = _build(shown, narrow=True)
        while _measure(table, console, options) > options.max_width:
            last = max(shown, key=lambda column: column.rank)
            if last.rank == 1:
                # The columns of words are folded to whatever width is left.
                table = _build(shown, narrow=True, least=1)
                break
            shown.remove(last)
            table = _build(shown, narrow=True)
        yield table
        hidden = [column.heading for column in self.columns if column not in shown]
        if hidden:
            yield Text(f"For a wider terminal: {'; '.join(hidden)}.", style="dim")


def _build(columns: Sequence[Column], *, narrow: bool, least: int = _WORDS) -> Table:
    """Rich's table; where it is narrow, the headings of numbers take several lines."""
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        heading = column.heading.split() if narrow else [column.heading]
        width = max(cell_len(text) for text in (*heading, *column.cells))
        if column.numeric:
            table.add_column(Text(column.heading), width=width, justify="right")
        else:
            table.add_column(Text(column.heading), min_width=min(width, least), overflow="fold")
    for row in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*(Text(cell) for cell in row))
    return table


def _measure(table: Table, console: Console, options: ConsoleOptions) -> int:
    """The least width of a table."""
    from rich.measure import Measurement

    return Measurement.get(console, options.update(max_width=10_000), table).minimum

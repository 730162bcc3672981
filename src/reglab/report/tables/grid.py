"""A table for a terminal: it has as many columns as fit, and no number is broken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.table import Table

_WORDS = 30
"""Width of a text column, in cells of the terminal; longer text is folded if there is no room for it."""


@dataclass(frozen=True)
class Column:
    """One column of text.

    Attributes:
        heading: name of the column, with the unit if the cells have none.
        cells: one for each row.
        rank: columns with the largest rank are hidden first if there is no room; rank 1 is always shown.
        numeric: whether it has numbers, which are aligned to the right and never folded.
    """

    heading: str
    cells: tuple[str, ...]
    rank: int
    numeric: bool = True


@dataclass(frozen=True)
class Grid:
    """A table for Rich's consoles: the columns of smallest rank that fit, and the names of the hidden ones.

    Attributes:
        columns: the columns, all of the same length.
    """

    columns: tuple[Column, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yields the columns that fit, and the names of the hidden ones."""
        from rich.text import Text

        shown = list(self.columns)
        table = _build(shown, narrow=False)
        if _measure(table, console, options) > options.max_width:
            table = _build(shown, narrow=True)
        while _measure(table, console, options) > options.max_width:
            last = max(shown, key=lambda column: column.rank)
            if last.rank == 1:
                # Only columns of rank 1 are left, so the text columns are folded to the width that is left.
                table = _build(shown, narrow=True, least=1)
                break
            shown.remove(last)
            table = _build(shown, narrow=True)
        yield table
        hidden = [column.heading for column in self.columns if column not in shown]
        if hidden:
            yield Text(f"For a wider terminal: {'; '.join(hidden)}.", style="dim")


def _build(columns: Sequence[Column], *, narrow: bool, least: int = _WORDS) -> Table:
    """Builds Rich's table; if `narrow`, the headings of numeric columns may take several lines."""
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
    """The smallest width of a table, in cells of the terminal."""
    from rich.measure import Measurement

    return Measurement.get(console, options.update(max_width=10_000), table).minimum

"""A comparison's table for people: Markdown, and the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reglab.report.table import Column, Table

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

_TITLE = 30
"""Cells that the experiments' titles get at most in a terminal, before they are folded."""
_BETWEEN = 3
"""Cells between two columns in a terminal."""


def render_markdown(table: Table) -> str:
    """The table as a Markdown document.

    Args:
        table: the table.

    Returns:
        Caption, table and notes; ends with a newline.
    """
    headings = [_escape(column.heading) for column in table.columns]
    rules = ["---:" if column.numeric else "---" for column in table.columns]
    rows = zip(*(map(_escape, column.cells) for column in table.columns), strict=True)
    lines = [_row(headings), _row(rules), *(_row(row) for row in rows)]
    notes = [f"- {note}" for note in table.notes]
    return "\n".join([f"{table.caption}.", "", *lines, "", *notes]) + "\n"


@dataclass(frozen=True)
class TerminalTable:
    """The table for `rich`'s consoles: as many columns as fit, the most important first.

    Attributes:
        table: the table.
    """

    table: Table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Caption, table, what was left out for want of room, and notes."""
        from rich import box
        from rich.table import Table as Grid
        from rich.text import Text

        shown = choose_columns(self.table.columns, options.max_width)
        grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for column in shown:
            grid.add_column(
                Text(column.heading),
                justify="right" if column.numeric else "left",
                max_width=None if column.numeric else _TITLE,
                min_width=_width(column) if column.numeric else None,
            )
        for row in zip(*(column.cells for column in shown), strict=True):
            grid.add_row(*(Text(cell) for cell in row))
        yield Text(self.table.caption)
        yield grid
        hidden = [column.heading for column in self.table.columns if column not in shown]
        if hidden:
            yield Text(f"For a wider terminal: {'; '.join(hidden)}.", style="dim")
        for note in self.table.notes:
            yield Text(note, style="dim")


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
    while sum(_width(column) + _BETWEEN for column in chosen) > room + _BETWEEN:
        last = max(chosen, key=lambda column: column.rank)
        if last.rank == 1:
            break
        chosen.remove(last)
    return tuple(chosen)


def _width(column: Column) -> int:
    """Of the longest cell, or of the longest word of the heading, which may take several lines."""
    from rich.cells import cell_len

    longest = max(cell_len(text) for text in (*column.heading.split(), *column.cells))
    return longest if column.numeric else min(longest, _TITLE)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|")

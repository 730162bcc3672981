"""A comparison's table for people: Markdown, and the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reglab.report.grid import Grid
from reglab.report.table import Table

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult


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
        from rich.text import Text

        yield Text(self.table.caption)
        yield Grid(self.table.columns)
        for note in self.table.notes:
            yield Text(note, style="dim")


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|")

"""Tables in Markdown, whose cells are shown as they are."""

import re
from collections.abc import Iterable, Sequence

from reglab.report.tables.grid import Column


def render_columns(columns: Sequence[Column]) -> list[str]:
    """Renders a table, one string for each line."""
    headings = [escape(column.heading) for column in columns]
    rules = ["---:" if column.numeric else "---" for column in columns]
    rows = zip(*(map(escape, column.cells) for column in columns), strict=True)
    return [_row(headings), _row(rules), *(_row(row) for row in rows)]


def render_notes(notes: Iterable[str]) -> list[str]:
    """Renders sentences as a list, one string for each line."""
    return [f"- {escape(note)}" for note in notes]


def escape(text: str) -> str:
    """Escapes what Markdown, or GitHub's form of it, does not show as it is; `_` within a word is shown."""
    return re.sub(r"[\\`*<>&|~$#]|\](?=\()|(?<![^\W_])_|_(?![^\W_])", r"\\\g<0>", " ".join(text.splitlines()))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"

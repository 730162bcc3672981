"""Standard output, as `rich` writes to it."""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_ENDLESS = 10_000
"""Cells of a line in a file or a pipe, which has no border to break it at."""


def build_console() -> "Console":
    """A console that takes text as it stands, and breaks lines only where a terminal ends."""
    from rich.console import Console

    bounded = is_terminal() or "COLUMNS" in os.environ
    return Console(highlight=False, markup=False, emoji=False, width=None if bounded else _ENDLESS)


def is_terminal() -> bool:
    """Whether standard output is a terminal; it may also be a file, a pipe, or closed."""
    return sys.stdout is not None and sys.stdout.isatty()

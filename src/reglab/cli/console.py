"""Standard output through `rich`."""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_ENDLESS = 10_000
"""Width for files and pipes, in characters, so that lines are not wrapped."""


def build_console() -> "Console":
    """A console without markup; it wraps lines at the width of the terminal, or at COLUMNS if that is set."""
    from rich.console import Console

    bounded = is_terminal() or "COLUMNS" in os.environ
    return Console(highlight=False, markup=False, emoji=False, width=None if bounded else _ENDLESS)


def is_terminal() -> bool:
    """Whether standard output is a terminal; False if it is a file, a pipe or closed."""
    return sys.stdout is not None and sys.stdout.isatty()

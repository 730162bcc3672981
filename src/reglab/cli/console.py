"""Standard output through `rich`."""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_ENDLESS = 10_000
"""Width of a file or a pipe, in characters; their lines are not wrapped."""


def build_console() -> "Console":
    """A console without markup, which wraps lines at the width of a terminal, or of COLUMNS if it is set."""
    from rich.console import Console

    bounded = is_terminal() or "COLUMNS" in os.environ
    return Console(highlight=False, markup=False, emoji=False, width=None if bounded else _ENDLESS)


def is_terminal() -> bool:
    """Whether standard output is a terminal, and not a file, a pipe or closed."""
    return sys.stdout is not None and sys.stdout.isatty()

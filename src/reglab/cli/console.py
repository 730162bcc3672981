"""Standard output: through `rich`, and what happens if it cannot be written."""

import os
import sys
from typing import TYPE_CHECKING, TextIO

import click

from reglab.printable import replace_controls

if TYPE_CHECKING:
    from rich.console import Console

_ENDLESS = 10_000
"""Width for files and pipes, in characters, so that lines are not wrapped."""


def build_console() -> "Console":
    """A console without markup; it wraps lines at the width of the terminal, or at COLUMNS if that is set."""
    from rich.console import Console

    bounded = is_terminal() or "COLUMNS" in os.environ

    class PipeConsole(Console):
        """A console that raises BrokenPipeError if the reader of a pipe has exited, such as `head`."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return PipeConsole(highlight=False, markup=False, emoji=False, width=None if bounded else _ENDLESS)


def is_terminal() -> bool:
    """Whether standard output is a terminal; False if it is a file, a pipe or closed."""
    return sys.stdout is not None and sys.stdout.isatty()


def can_move_cursor() -> bool:
    """Whether standard output is a terminal that can update a line."""
    return is_terminal() and os.environ.get("TERM") not in ("dumb", "unknown")


def ignore_invalid_width() -> None:
    """Removes COLUMNS from the environment unless it is a positive number; `rich` would print nothing."""
    width = os.environ.get("COLUMNS")
    if width is not None and not (width.isascii() and width.isdigit() and int(width) > 0):
        del os.environ["COLUMNS"]


def discard_output(error: OSError) -> None:
    """Discards all further standard output; says why, unless the reader of a pipe has exited."""
    discard_stream(sys.stdout)
    if not isinstance(error, BrokenPipeError):
        print_error(f"cannot write to standard output: {error.strerror}; the training continues")


def print_error(message: str) -> None:
    """Prints a line to standard error, without control characters; an error of the system is ignored."""
    try:
        click.echo(replace_controls(message), err=True)
    except OSError:
        discard_stream(sys.stderr)


def open_missing_streams() -> None:
    """Opens standard input, output and error on nothing where they are closed, as after `2>&-`.

    Otherwise the next file or pipe would get their number, and the output of libraries would go into it.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest number that is free, which is this one.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    for number, name in ((1, "stdout"), (2, "stderr")):
        # Python has none if its descriptor was closed, and libraries flush it.
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", closefd=False))


def discard_stream(stream: TextIO) -> None:
    """Discards what a stream has not written and all that follows; a flush at exit would fail again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)

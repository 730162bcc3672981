"""What all commands share: how they end when something is wrong."""

import errno
import io
import sys
from typing import Any

import click

from reglab.errors import ReglabError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class ReglabGroup(click.Group):
    """Commands in the order of use; the user's errors as plain lines; 130 after Ctrl-C."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they were added, which is the order in which they are used."""
        return list(self.commands)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Runs the program; where the terminal lacks a letter, a question mark stands for it."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")
        try:
            return super().main(*args, **extra)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            click.echo(f"cannot write: {error.strerror}", err=True)
            sys.exit(2)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; what the user can mend ends as lines on standard error."""
        try:
            result = super().invoke(ctx)
            if sys.stdout is not None:
                # What a full disk refuses is to be told here, not while the interpreter ends.
                sys.stdout.flush()
        except ReglabError as error:
            click.echo(str(error), err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(130)
        except BrokenPipeError:
            # The reader, as in `reglab list | head`, has seen enough.
            sys.stderr.close()
            ctx.exit(0)
        return result

"""The group of all commands: how errors are printed, and exit codes."""

import errno
import io
import sys
from typing import Any

import click

from reglab.errors import ReglabError
from reglab.machine import ignore_backend_of_matplotlib

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class ReglabGroup(click.Group):
    """Commands in the order of use; errors of the user as plain lines; exit code 130 after Ctrl-C."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order in which the commands were added."""
        return list(self.commands)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Runs the program; characters that the terminal cannot show are printed as question marks."""
        ignore_backend_of_matplotlib()
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
        """Runs the command; prints errors that a user can correct to standard error."""
        try:
            result = super().invoke(ctx)
            if sys.stdout is not None:
                # Without it, a full disk is reported only when the interpreter exits.
                sys.stdout.flush()
        except ReglabError as error:
            click.echo(str(error), err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(130)
        except BrokenPipeError:
            # The reader has closed the pipe, as `head` does in `reglab list | head`.
            sys.stderr.close()
            ctx.exit(0)
        return result

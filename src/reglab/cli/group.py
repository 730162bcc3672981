"""The group of all commands: how errors are printed, and exit codes."""

import io
import sys
from collections import Counter
from contextlib import suppress
from typing import Any

import click

from reglab.cli.console import discard_stream, ignore_invalid_width, open_missing_streams, print_error
from reglab.errors import ReglabError
from reglab.files import refused
from reglab.machine import prepare_matplotlib


class ReglabGroup(click.Group):
    """Commands in the order of use; errors of the user as plain lines; exit code 130 after Ctrl-C."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order in which the commands were added."""
        return list(self.commands)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Runs the program; characters that the terminal cannot show are printed as question marks."""
        open_missing_streams()
        prepare_matplotlib()
        ignore_invalid_width()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")
        try:
            return super().main(*args, **extra)
        except OSError as error:
            # Standard error may be the file that cannot be written.
            with suppress(OSError):
                print_error(_explain(error))
            _discard_unwritten()
            sys.exit(2)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Finds the command; refuses an option that is given twice, of which click would use the last."""
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None:
            inner = click.Context(command, parent=ctx, info_name=name)
            _, _, given = command.make_parser(inner).parse_args(list(rest))
            for option, count in Counter(given).items():
                if isinstance(option, click.Option) and not (option.multiple or option.is_flag) and count > 1:
                    raise click.UsageError(f"{option.opts[-1]} is given {count} times.", inner)
        return name, command, rest

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; prints errors that a user can correct to standard error."""
        try:
            result = super().invoke(ctx)
            if sys.stdout is not None:
                # Without it, a full disk is reported only when the interpreter exits.
                sys.stdout.flush()
        except ReglabError as error:
            print_error(str(error))
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            print_error("interrupted")
            ctx.exit(130)
        except BrokenPipeError:
            # The reader has closed the pipe, as `head` does in `reglab list | head`.
            _discard_unwritten()
            ctx.exit(0)
        return result


def _explain(error: OSError) -> str:
    if error.filename is None:
        return f"cannot write to standard output: {error.strerror or error}"
    return str(refused("use", error.filename, error))


def _discard_unwritten() -> None:
    """Discards what standard output and standard error cannot write."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            discard_stream(stream)

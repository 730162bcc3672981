"""What all commands share: how they end when something is wrong."""

import sys
from typing import Any

import click

from reglab.errors import ReglabError


class ReglabGroup(click.Group):
    """Commands in the order of use; the user's errors as plain lines; 130 after Ctrl-C."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they were added, which is the order in which they are used."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; what the user can mend ends as lines on standard error."""
        try:
            return super().invoke(ctx)
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

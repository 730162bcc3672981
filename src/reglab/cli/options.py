"""Arguments and options that several commands share."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


class _NamedPath(click.Path):
    """A path that may not be empty; `Path("")`, as from an unset variable, would be the current folder.

    A leading `~` is the home folder: the shell does not expand it in `--results=~/runs`.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("the path is empty", param, ctx)
        expanded = os.path.expanduser(value)
        if str(expanded).startswith("~"):
            user = Path(value).parts[0]
            self.fail(f"there is no home folder for {user}; for a folder of this name: ./{value}", param, ctx)
        return super().convert(expanded, param, ctx)


# Whether a path can be read is reported by what reads it, so that one that cannot does not stop the others.
AnyPath = _NamedPath(path_type=Path, readable=False)
FolderPath = _NamedPath(path_type=Path, file_okay=False, readable=False)
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

overrides_option: Decorator = click.option(
    "--set",
    "overrides",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change one key of the experiment, such as training.epochs=5. May be repeated; changes apply in "
    "order, and another training.optimizer.name drops the settings of the old optimizer.",
)


data_directory_option: Decorator = click.option(
    "--data-dir",
    type=AnyPath,
    help="Directory with the images. If omitted: REGLAB_DATA_DIR, then reglab's cache, then Keras's cache.",
)


def examples(*lines: str) -> str:
    """The end of a command's help: example commands, one per line."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)

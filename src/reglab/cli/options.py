"""Arguments and options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


class _NamedPath(click.Path):
    """A path that may not be empty; `Path("")`, as from an unset variable, would be the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("the path is empty", param, ctx)
        return super().convert(value, param, ctx)


AnyPath = _NamedPath(path_type=Path)
FolderPath = _NamedPath(path_type=Path, file_okay=False)
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

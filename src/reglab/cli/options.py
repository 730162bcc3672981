"""Arguments and options that several commands have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


class _NamedPath(click.Path):
    """A path that says something: empty, as an unset variable gives it, it would be the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("expected a path, got an empty text", param, ctx)
        return super().convert(value, param, ctx)


AnyPath = _NamedPath(path_type=Path)
FolderPath = _NamedPath(path_type=Path, file_okay=False)
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

overrides_option: Decorator = click.option(
    "--set",
    "overrides",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change one key of the experiment, as in training.epochs=5; may be given several times, and works "
    "in order: a new training.optimizer.name drops the old one's settings.",
)


data_directory_option: Decorator = click.option(
    "--data-dir",
    type=AnyPath,
    help="Directory with the images. Left out: REGLAB_DATA_DIR, reglab's cache, Keras's download.",
)


def examples(*lines: str) -> str:
    """The end of a command's help: examples, one a line, as they are typed."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)

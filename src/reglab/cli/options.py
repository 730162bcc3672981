"""Arguments and options that several commands have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

AnyPath = click.Path(path_type=Path)
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
    envvar="REGLAB_DATA_DIR",
    show_envvar=True,
    help="Directory with the images; left out: reglab's cache, then Keras's download.",
)


def examples(*lines: str) -> str:
    """The end of a command's help: examples, one a line, as they are typed."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)

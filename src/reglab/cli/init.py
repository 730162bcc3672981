"""`reglab init`: copies the shipped configs."""

from pathlib import Path

import click

from reglab.cli.options import FolderPath, examples


@click.command(epilog=examples("reglab init", "reglab init my_study"))
@click.argument("directory", type=FolderPath, default=Path("configs"))
def init(directory: Path) -> None:
    """Copy the shipped configs into a folder.

    DIRECTORY (default: configs) is created if it does not exist. Existing files are kept.
    """
    from reglab.config.shipped import copy_shipped

    copied, kept = copy_shipped(directory)
    if kept:
        click.echo(f"existing files kept: {', '.join(map(str, kept))}")
    number = "1 config" if len(copied) == 1 else f"{len(copied)} configs"
    click.echo(f"{number} written to {directory}; to see one: reglab show {directory}/mp.yaml")

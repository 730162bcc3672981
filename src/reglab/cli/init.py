"""`reglab init`: hands out the shipped configs."""

from pathlib import Path

import click

from reglab.cli.options import FolderPath, examples


@click.command(epilog=examples("reglab init", "reglab init my_study"))
@click.argument("directory", type=FolderPath, default=Path("configs"))
def init(directory: Path) -> None:
    """Write the shipped configs into a folder.

    DIRECTORY (default: configs) is made if need be; a file that stands is left alone.
    """
    from reglab.config.shipped import copy_shipped

    copied, kept = copy_shipped(directory)
    if kept:
        click.echo(f"left as they are: {', '.join(map(str, kept))}")
    click.echo(f"{len(copied)} configs written to {directory}; look at one: reglab show {directory}/mp.yaml")

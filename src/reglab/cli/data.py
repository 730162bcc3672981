"""`reglab data`: which images are there, and how to get the others."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reglab.cli.options import data_directory_option, examples
from reglab.errors import DataError

if TYPE_CHECKING:
    from reglab.data.report import Availability


@click.command(epilog=examples("reglab data", "reglab data --data-dir ~/cifar10-images"))
@data_directory_option
def data(data_dir: Path | None) -> None:
    """Say which dataset is found where, and how to get the others."""
    from reglab.data.report import describe_places

    if data_dir is not None and not data_dir.is_dir():
        raise DataError(f"{data_dir}: expected a directory that holds the data, found none")
    for availability in describe_places(data_dir):
        for line in _lines(availability):
            click.echo(line)


def _lines(availability: "Availability") -> list[str]:
    name = f"{availability.name} ({availability.title})"
    if availability.always:
        return [f"{name}: always there"]
    used = availability.used
    lines = [f"{name}: {used.found} in {used.path}" if used else f"{name}: not found"]
    for look in availability.looks:
        if look.problem:
            lines.append(f"  {look.place}: {look.problem}")
        elif not used:
            lines.append(f"  looked in {look.place}, {look.directory}")
    if not used and availability.advice:
        lines.append(f"  {availability.advice}")
    return lines

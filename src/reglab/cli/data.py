"""`reglab data`: where each data set is found, and how to get the others."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reglab.cli.options import data_directory_option, examples

if TYPE_CHECKING:
    from reglab.data.report import Availability


@click.command(epilog=examples("reglab data", "reglab data --data-dir ~/cifar10-images"))
@data_directory_option
def data(data_dir: Path | None) -> None:
    """Show where each data set is found, and how to get the others."""
    from reglab.data.loading import explain_how_to_get
    from reglab.data.report import find_all
    from reglab.data.sources.table import SOURCES

    availabilities = find_all(data_dir)
    for place in SOURCES[0].places(data_dir):
        click.echo(f"searched: {place.name}, {place.directory}")
    for availability in availabilities:
        source = availability.source
        click.echo(f"{source.name} ({source.title}): {_describe(availability)}")
    click.echo(f"To get a data set: {explain_how_to_get('its files', '<name>')}")


def _describe(availability: "Availability") -> str:
    if availability.source.draw:
        return "needs no files"
    if availability.problem:
        return f"cannot be used: {availability.problem}"
    if availability.found:
        return f"{availability.found.form} in {availability.found.path}"
    return f"not found; its files: {availability.source.files}"

"""A report of where each data set is found, without loading it."""

from dataclasses import dataclass
from pathlib import Path

from reglab.data.places import data_directory
from reglab.data.source import Found, Source
from reglab.data.sources.table import SOURCES
from reglab.errors import DataError


@dataclass(frozen=True)
class Availability:
    """Where a run takes one data set from.

    Attributes:
        source: the data set.
        found: the data set in the first place that has it; None if no place has it.
        problem: why the search stopped with an error; empty if it did not.
    """

    source: Source
    found: Found | None = None
    problem: str = ""


def find_all(directory: Path | None) -> tuple[Availability, ...]:
    """Searches the places of every data set, in the order in which a run does.

    Args:
        directory: value of `--data-dir`, `~` for the home.

    Returns:
        One entry for each data set, in the order of the table.

    Raises:
        DataError: the data directory does not exist.
    """
    data_directory(directory)
    availabilities = []
    for source in SOURCES:
        try:
            found = None if source.draw else source.search(directory, trust=True)
            availabilities.append(Availability(source, found))
        except DataError as error:
            availabilities.append(Availability(source, problem=str(error)))
    return tuple(availabilities)

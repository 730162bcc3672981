"""A report of where each data set is found, without loading it."""

from dataclasses import dataclass
from pathlib import Path

from reglab.data.source import Found, Place
from reglab.data.sources.table import SOURCES
from reglab.errors import DataError


@dataclass(frozen=True)
class Availability:
    """Where a run takes one data set from.

    Attributes:
        name: its key in an experiment.
        title: name in figures.
        files: its files, for the user.
        found: the data set in the first place that has it; None if no place has it.
        problem: why the first place that has it cannot be used; empty if there is no problem.
        needs_files: whether the data set has files at all.
    """

    name: str
    title: str
    files: str
    found: Found | None
    problem: str
    needs_files: bool


def list_places(directory: Path | None) -> tuple[Place, ...]:
    """The places that are searched for a data set that can be downloaded, in order.

    Raises:
        DataError: the data directory does not exist.
    """
    return SOURCES[0].places(directory)


def find_all(directory: Path | None) -> tuple[Availability, ...]:
    """Searches the places of every data set, in the order in which a run does.

    Args:
        directory: value of `--data-dir`, `~` for the home.

    Returns:
        One entry for each data set, in the order of the table.

    Raises:
        DataError: the data directory does not exist.
    """
    availabilities = []
    for source in SOURCES:
        found, problem = None, ""
        places = source.places(directory, trust=True) if source.draw is None else ()
        try:
            found = next((found for place in places if (found := place.find())), None)
        except DataError as error:
            problem = str(error)
        availabilities.append(
            Availability(source.name, source.title, source.files, found, problem, source.draw is None)
        )
    return tuple(availabilities)

"""A report of where each data set is found, without loading it."""

from dataclasses import dataclass
from pathlib import Path

from reglab.data.places import data_directory
from reglab.data.source import Found, Source
from reglab.data.sources.table import SOURCES
from reglab.errors import DataError


@dataclass(frozen=True)
class Availability:
    """Where one data set was found.

    Attributes:
        source: the data set.
        found: the data set in the first place where it is; None if it was not found, or is drawn.
        problem: message of the error that ended the search; empty if there was none.
    """

    source: Source
    found: Found | None = None
    problem: str = ""


def find_all(directory: Path | None) -> tuple[Availability, ...]:
    """Searches for every data set in the same places and order as a run.

    A run also checks the hash of a downloaded file, which takes seconds and is skipped here. A run may
    therefore download a file again that is reported as found.

    Args:
        directory: value of `--data-dir`; may begin with `~`.

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

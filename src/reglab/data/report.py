"""What is found where, without loading any of it."""

from dataclasses import dataclass
from pathlib import Path

from reglab.data.catalogue import CATALOGUE, Entry
from reglab.data.folders import list_classes
from reglab.data.found import Found, find_picture_folders
from reglab.data.loading import advise_on
from reglab.data.places import DATA_DIRECTORY, cache_directory, keras_directory
from reglab.errors import DataError


@dataclass(frozen=True)
class Look:
    """One look into one place.

    Attributes:
        place: which place it is: `data directory`, `reglab's cache`, `Keras's downloads`.
        directory: where that is.
        found: what was found there, for people; empty where there was nothing.
        path: where exactly; None where there was nothing.
        problem: why what lies there cannot be used; empty where there is no reason.
    """

    place: str
    directory: Path
    found: str = ""
    path: Path | None = None
    problem: str = ""


@dataclass(frozen=True)
class Availability:
    """One data set, and where it can be had.

    Attributes:
        name: its key in an experiment.
        title: what figures call it.
        looks: the places that were looked into, in the order in which a run looks.
        advice: how to get it; empty where it needs nothing.
        always: whether it can be used without any file.
    """

    name: str
    title: str
    looks: tuple[Look, ...]
    advice: str = ""
    always: bool = False

    @property
    def used(self) -> Look | None:
        """The place that a run takes it from; None where there is none yet."""
        return next((look for look in self.looks if look.path is not None), None)


def describe_places(directory: Path | None) -> tuple[Availability, ...]:
    """Looks for every data set in every place.

    Args:
        directory: the data directory that the user names; where it is given, a run takes data from
            there alone, so that the other places are not looked into.

    Returns:
        One entry for each data set, in the order of the documentation.
    """
    return (
        *(_describe(entry, directory) for entry in CATALOGUE),
        _describe_folder(directory),
        Availability("synthetic", "synthetic shapes", (), always=True),
    )


def _describe(entry: Entry, directory: Path | None) -> Availability:
    if directory is not None:
        looks: tuple[Look, ...] = (_look_into(entry, "data directory", directory),)
    else:
        downloaded = entry.find_downloaded(True)
        looks = (
            _look_into(entry, "reglab's cache", cache_directory()),
            _as_look("Keras's downloads", keras_directory(), downloaded),
        )
    return Availability(entry.name, entry.title, looks, advise_on(entry))


def _look_into(entry: Entry, place: str, directory: Path) -> Look:
    try:
        return _as_look(place, directory, entry.find_in(directory))
    except DataError as error:
        return Look(place, directory, problem=str(error))


def _as_look(place: str, directory: Path, found: Found | None) -> Look:
    return Look(place, directory, found.kind, found.path) if found else Look(place, directory)


def _describe_folder(directory: Path | None) -> Availability:
    advice = (
        "Put pictures, PNG or JPEG, into train/<class>/ and test/<class>/ of a directory, and name that "
        f"with --data-dir or {DATA_DIRECTORY}."
    )
    looks = () if directory is None else (_look_for_pictures(directory),)
    return Availability("folder", "your own pictures", looks, advice)


def _look_for_pictures(directory: Path) -> Look:
    roots = find_picture_folders(directory)
    try:
        if len(roots) == 1:
            count = len(list_classes(roots[0] / "train"))
            return Look("data directory", directory, f"pictures of {count} classes", roots[0])
    except DataError as error:
        return Look("data directory", directory, problem=str(error))
    problem = "several folders with train/ and test/; name one of them" if roots else ""
    return Look("data directory", directory, problem=problem)

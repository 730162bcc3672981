"""What is found where, without loading any of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reglab.data.catalogue import CATALOGUE, Entry
from reglab.data.folders import list_classes
from reglab.data.found import Found, find_picture_folders
from reglab.data.loading import advise_on, check_directory
from reglab.data.picture_sets import load_picture_folder
from reglab.data.places import DATA_DIRECTORY, cache_directory, data_directory, keras_directory
from reglab.errors import DataError

_Find = Callable[[Path], Found | None]


@dataclass(frozen=True)
class Look:
    """One look into one place.

    Attributes:
        place: which place it is: `data directory`, `REGLAB_DATA_DIR`, `reglab's cache`, `Keras's downloads`.
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
        """The place that a run takes it from; None where there is none yet, or a problem comes first."""
        first = next((look for look in self.looks if look.path is not None or look.problem), None)
        return None if first is None or first.problem else first


def describe_places(directory: Path | None) -> tuple[Availability, ...]:
    """Looks for every data set in every place.

    Args:
        directory: the data directory that the user gives, `~` for the home; a run takes data from there
            alone then, so that the other places are not looked into. Where it is None, the directory
            that REGLAB_DATA_DIR names comes first.

    Returns:
        One entry for each data set, in the order of the documentation.
    """
    named = (DATA_DIRECTORY if directory is None else "data directory", data_directory(directory))
    return (
        *(_describe(entry, *named) for entry in CATALOGUE),
        _describe_folder(*named),
        Availability("synthetic", "synthetic shapes", (), always=True),
    )


def _describe(entry: Entry, place: str, named: Path | None) -> Availability:
    looks = _look_into_named(place, named, entry.find_in)
    if named is None or place == DATA_DIRECTORY:
        looks = (
            *looks,
            _look("reglab's cache", cache_directory(), entry.find_in),
            _look("Keras's downloads", keras_directory(), lambda _: entry.find_downloaded(True)),
        )
    return Availability(entry.name, entry.title, looks, advise_on(entry))


def _describe_folder(place: str, named: Path | None) -> Availability:
    advice = (
        "Put pictures, PNG or JPEG, into train/<class>/ and test/<class>/ of a directory, and name that "
        f"with --data-dir or {DATA_DIRECTORY}."
    )
    looks = _look_into_named(place, named, _find_pictures)
    return Availability("folder", "your own pictures", looks, advice)


def _find_pictures(directory: Path) -> Found | None:
    roots = find_picture_folders(directory)
    if len(roots) > 1:
        raise DataError("several folders with train/ and test/; name one of them")
    if not roots:
        return None
    count = len(list_classes(roots[0] / "train"))
    classes = "1 class" if count == 1 else f"{count} classes"
    return Found(roots[0], f"pictures of {classes}", partial(load_picture_folder, roots[0]))


def _look_into_named(place: str, named: Path | None, find: _Find) -> tuple[Look, ...]:
    """A look into a directory that the user names; that there is none is a problem."""
    if named is None:
        return ()
    try:
        check_directory(named)
    except DataError as error:
        return (Look(place, named, problem=str(error)),)
    return (_look(place, named, find),)


def _look(place: str, directory: Path, find: _Find) -> Look:
    try:
        found = find(directory)
    except DataError as error:
        return Look(place, directory, problem=str(error))
    return Look(place, directory, found.kind, found.path) if found else Look(place, directory)

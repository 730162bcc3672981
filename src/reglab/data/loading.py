"""Loads the data set of an experiment, from the first place that has it."""

import os
from pathlib import Path

from reglab.config.data import Data
from reglab.data.catalogue import Entry, entry_named
from reglab.data.dataset import Dataset
from reglab.data.download import download
from reglab.data.found import find_picture_folders
from reglab.data.picture_sets import load_picture_folder
from reglab.data.places import DATA_DIRECTORY, cache_directory, data_directory, keras_directory
from reglab.data.synthetic import make_synthetic
from reglab.errors import DataError

_MENTIONED = 8
"""File names that a message lists before it counts the rest."""


def load_dataset(data: Data, directory: Path | None = None) -> Dataset:
    """Loads a data set.

    A directory that is given must hold it. Where none is given, it is looked for in the directory that
    REGLAB_DATA_DIR names, then in reglab's cache, then in Keras's folder of downloads; else it is
    downloaded. A `folder` is in no cache: it is in the directory given, or in REGLAB_DATA_DIR.

    Args:
        data: which data set, and for a `folder` the side of its images.
        directory: where the user says that the data are, `~` for the home; `synthetic` needs none.

    Returns:
        The data set, checked.

    Raises:
        DataError: it is nowhere, or what is there is truncated or foreign.
    """
    if data.dataset == "synthetic":
        return make_synthetic()
    named = data_directory(directory)
    if named is not None:
        check_directory(named)
    entry = entry_named(data.dataset)
    if entry is None:
        return _load_folder(named, data.image_size)
    if directory is not None and named is not None:
        return _load_from(entry, named)
    found = (named and entry.find_in(named)) or entry.find_in_cache() or entry.find_downloaded(False)
    return found.load() if found else _load_download(entry, named)


def check_directory(directory: Path) -> None:
    """Sees that there is a directory where the user says so.

    Raises:
        DataError: there is a file, or nothing.
    """
    if not directory.is_dir():
        found = "a file" if directory.exists() else "nothing there"
        raise DataError(f"{directory}: expected a directory that holds the data, found {found}")


def _load_folder(directory: Path | None, side: int | None) -> Dataset:
    if directory is None:
        raise DataError(
            "data.dataset=folder: expected a directory with train/<class>/ and test/<class>/, got none; "
            f"name it with --data-dir or {DATA_DIRECTORY}"
        )
    roots = find_picture_folders(directory)
    if len(roots) != 1:
        found = ", ".join(f"{root.name}/ with both" for root in roots) or _contents(directory)
        raise DataError(f"{directory}: expected train/<class>/ and test/<class>/, found {found}")
    return load_picture_folder(roots[0], side)


def _load_from(entry: Entry, directory: Path) -> Dataset:
    found = entry.find_in(directory)
    if found is None:
        raise DataError(
            f"{directory}: expected {entry.title} as {entry.expected}; found {_contents(directory)}"
        )
    return found.load()


def _load_download(entry: Entry, named: Path | None) -> Dataset:
    try:
        for remote in entry.remotes:
            if not remote.is_whole():
                download(remote)
    except DataError as error:
        places = " nor in ".join(map(str, filter(None, (named, cache_directory(), keras_directory()))))
        raise DataError(f"{entry.title} is neither in {places}, and {error}. {advise_on(entry)}") from error
    found = entry.find_downloaded(False)
    if found is None:
        raise DataError(f"{entry.remotes[0].path}: expected the download of {entry.title}, found none")
    return found.load()


def advise_on(entry: Entry) -> str:
    """The three ways to get a data set, and the one that needs no files."""
    return (
        f"Three ways to get it: put it into a directory (as {entry.expected}) and name that with --data-dir "
        f"or {DATA_DIRECTORY}; put it into {cache_directory() / entry.name}; or run once with network, so "
        "that Keras downloads it. data.dataset=synthetic needs no files."
    )


def _contents(directory: Path) -> str:
    """What lies in a directory, for a message."""
    try:
        with os.scandir(directory) as entries:
            names = sorted(entry.name + "/" * entry.is_dir() for entry in entries)
    except OSError as error:
        return f"a directory that cannot be read ({error.strerror})"
    listed = ", ".join(names[:_MENTIONED]) or "an empty directory"
    more = len(names) - _MENTIONED
    return f"{listed} and {more} more" if more > 0 else listed

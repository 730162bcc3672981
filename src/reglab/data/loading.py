"""Loads the data set of an experiment from the first place where it is found."""

import os
from collections.abc import Sequence
from pathlib import Path

from reglab.config.data import Data
from reglab.data.dataset import Dataset
from reglab.data.download import download
from reglab.data.formats.pictures import find_picture_folders
from reglab.data.places import DATA_DIRECTORY, cache_directory, data_directory
from reglab.data.source import Found, Place, Source
from reglab.data.sources.folder import FOLDER
from reglab.data.sources.table import find_source
from reglab.errors import DataError

_LISTED = 8
"""Number of file names that a message lists."""


def load_dataset(data: Data, directory: Path | None = None) -> Dataset:
    """Loads a data set.

    The places are those of `Source.places`. If `directory` is given, the data set must be there.
    Otherwise the directory in REGLAB_DATA_DIR, reglab's cache and Keras's downloads are searched in this
    order, and if the data set is in none of them, it is downloaded. A `folder` is searched only in
    `directory` or REGLAB_DATA_DIR, and is never downloaded.

    Args:
        data: name of the data set, and for a `folder` the side of its images.
        directory: value of `--data-dir`; may begin with `~`. It must exist, but `synthetic` does not use it.

    Raises:
        DataError: the data set was not found, or its files are truncated or foreign.
    """
    source = find_source(data.dataset)
    if source.draw:
        if directory is not None:
            data_directory(directory)
        return source.build(source.draw(), "drawn by reglab")
    if (dataset := find_dataset(data, directory)) is not None:
        return dataset
    _download(source, source.places(directory))
    found = source.find_in_keras()
    if found is None:
        raise DataError(f"{source.remotes[0].path}: expected the download of {source.title}, found none")
    return _read(source, found, data)


def find_dataset(data: Data, directory: Path | None = None) -> Dataset | None:
    """Loads a data set if its files are in one of the places; never downloads.

    Args:
        data: as in `load_dataset`.
        directory: as in `load_dataset`.

    Returns:
        The data set; None if it was not found, or if its images are drawn.

    Raises:
        DataError: the data directory does not exist, or the files are truncated or foreign.
    """
    source = find_source(data.dataset)
    found = source.search(directory)
    return None if found is None else _read(source, found, data)


def _read(source: Source, found: Found, data: Data) -> Dataset:
    return source.build(found.read(data.image_size), str(found.path), found)


def count_classes(data: Data, directory: Path | None = None) -> int | None:
    """The number of classes of a data set, without loading it; None if a `folder` cannot be found or listed.

    Args:
        data: name of the data set.
        directory: value of `--data-dir`.
    """
    source = find_source(data.dataset)
    if source.classes:
        return len(source.classes)
    try:
        found = source.search(directory)
    except DataError:
        return None
    return len(found.classes) if found else None


def explain_how_to_get(files: str, folder: str) -> str:
    """Explains the three ways to get a data set, for a message.

    Args:
        files: description of the files of the data set.
        folder: name of its folder in reglab's cache.
    """
    return (
        f"put {files} into a directory and name that directory with --data-dir or {DATA_DIRECTORY}; put "
        f"{files} into {cache_directory() / folder}; or train once with network access, so that Keras "
        "downloads them. data.dataset=synthetic needs no files."
    )


def _download(source: Source, places: Sequence[Place]) -> None:
    """Downloads a data set that was not found, unless only one directory may contain it.

    Raises:
        DataError: the data set must be in a directory of the user, or the download failed.
    """
    if not places:
        raise DataError(
            f"data.dataset={source.name}: expected {source.files}, got no data directory; "
            f"name it with --data-dir or {DATA_DIRECTORY}"
        )
    if len(places) == 1:
        directory = places[0].directory
        own = source is not FOLDER and find_picture_folders(directory)
        hint = f"; for pictures of other classes, set data.dataset to {FOLDER.name}" if own else ""
        raise DataError(
            f"{directory}: expected {source.title} as {source.files}; found {_list_contents(directory)}{hint}"
        )
    try:
        for remote in source.remotes:
            if not remote.is_complete():
                download(remote)
    except DataError as error:
        searched = ", ".join(str(place.directory) for place in places)
        raise DataError(
            f"{source.title} was not found in {searched}, and {error}. "
            f"To get it: {explain_how_to_get('its files', source.name)} Its files: {source.files}."
        ) from error


def _list_contents(directory: Path) -> str:
    """The first names in a directory, for a message."""
    try:
        with os.scandir(directory) as entries:
            names = sorted(entry.name + "/" * entry.is_dir() for entry in entries)
    except OSError as error:
        return f"a directory that cannot be read ({error.strerror})"
    listed = ", ".join(names[:_LISTED]) or "an empty directory"
    more = len(names) - _LISTED
    return f"{listed} and {more} more" if more > 0 else listed

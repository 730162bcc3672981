"""The official python and binary files of CIFAR-10 and CIFAR-100."""

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reglab.data.dataset import Images, Labels, check_label_range
from reglab.data.download import Remote
from reglab.data.formats.containers import read_archive, read_folder
from reglab.data.formats.pickles import read_plain_pickle
from reglab.data.places import keras_directory
from reglab.data.source import Contents, Found
from reglab.errors import DataError

_PIXELS = 3 * 32 * 32


@dataclass(frozen=True)
class CifarFiles:
    """One official version of one of the two data sets.

    Attributes:
        form: description of the version for the user.
        folder: name of the official folder.
        archive: name of the official archive.
        train: names of the training files, in order.
        test: name of the test file.
        classes: number of classes.
        images_per_file: largest number of images of one file.
        label_key: key of the labels in the pickled dictionary; empty for the binary version.
        label_bytes: number of bytes before the pixels of a binary record; the last one is the label.
    """

    form: str
    folder: str
    archive: str
    train: tuple[str, ...]
    test: str
    classes: int
    images_per_file: int
    label_key: str = ""
    label_bytes: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all files, training files first."""
        return (*self.train, self.test)


def find_cifar(versions: Sequence[CifarFiles], directory: Path) -> Found | None:
    """Finds an official version: in its folder, in the directory itself, or in its archive."""
    for version in versions:
        for folder in (directory / version.folder, directory):
            if any((folder / name).is_file() for name in version.names):
                return _found_folder(version, folder)
    for version in versions:
        if (directory / version.archive).is_file():
            return _found_archive(version, directory / version.archive)
    return None


def find_downloaded_cifar(version: CifarFiles, remote: Remote, trust: bool) -> Found | None:
    """Finds the folder that Keras unpacked if it is complete, otherwise the archive if its hash is right."""
    unpacked = keras_directory() / remote.name.removesuffix("_archive") / version.folder
    if all((unpacked / name).is_file() for name in version.names):
        return _found_folder(version, unpacked)
    if remote.is_complete(trust):
        return _found_archive(version, remote.path)
    return None


def _found_folder(version: CifarFiles, folder: Path) -> Found:
    return Found(
        folder, version.form, lambda _: read_cifar(version, read_folder(folder, version.names), folder)
    )


def _found_archive(version: CifarFiles, path: Path) -> Found:
    """An official archive. Its path is a parameter, because Keras stores it under another name."""

    def read(_: int | None) -> Contents:
        return read_cifar(version, read_archive(path, version.folder, version.names), path)

    return Found(path, f"archive of the {version.form}", read)


def read_cifar(version: CifarFiles, files: Iterator[tuple[str, bytes]], source: Path) -> Contents:
    """Reads an official version.

    Args:
        version: the version of the files.
        files: name and content of every file, in any order. A file may hold fewer images than the official
            one.
        source: the folder or archive, for messages.

    Returns:
        Images (n, 32, 32, 3) uint8 and labels (n,) int32, in the official order.

    Raises:
        DataError: a file is missing, truncated or foreign; the message names the file.
    """
    batches = {name: _read_file(version, content, f"{source}: {name}") for name, content in files}
    sizes = [len(batches[name][1]) for name in version.names]
    labels = np.concatenate([batches[name][1] for name in version.names])
    images = np.empty((sum(sizes), 32, 32, 3), np.uint8)
    end = 0
    for name, size in zip(version.names, sizes, strict=True):
        start, end = end, end + size
        # Each batch is removed from memory once it is copied, so that the images are not held twice.
        images[start:end] = batches.pop(name)[0]
    return Contents(images, labels, train_count=sum(sizes[:-1]))


def _read_file(version: CifarFiles, content: bytes, where: str) -> tuple[Images, Labels]:
    rows, labels = (_read_pickled if version.label_key else _read_binary)(version, content, where)
    if not 0 < len(labels) <= version.images_per_file:
        raise DataError(f"{where}: expected 1 to {version.images_per_file:,} images, found {len(labels):,}")
    check_label_range(labels, version.classes, where)
    # A row holds all red values, then all green ones, then all blue ones.
    images = np.ascontiguousarray(rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
    return images, labels.astype(np.int32)


def _read_binary(version: CifarFiles, content: bytes, where: str) -> tuple[Images, Labels]:
    record = version.label_bytes + _PIXELS
    if len(content) % record:
        raise DataError(
            f"{where}: expected whole records of {record:,} bytes, found {len(content):,} bytes, which is "
            f"{len(content) // record:,} records and {len(content) % record:,} bytes; "
            "the file is truncated or foreign"
        )
    rows = np.frombuffer(content, np.uint8).reshape(-1, record)
    return rows[:, version.label_bytes :], rows[:, version.label_bytes - 1].astype(np.int32)


def _read_pickled(version: CifarFiles, content: bytes, where: str) -> tuple[Images, Labels]:
    try:
        entries = read_plain_pickle(content)
    except pickle.UnpicklingError as error:
        raise DataError(
            f"{where}: expected a pickled batch of images, found {error}; the file is truncated or foreign"
        ) from error
    if not {"data", version.label_key} <= entries.keys():
        raise DataError(
            f"{where}: expected the entries data and {version.label_key}, "
            f"found {', '.join(sorted(entries)) or 'none'}"
        )
    data, labels = entries["data"], entries[version.label_key]
    if not isinstance(data, np.ndarray) or data.dtype != np.uint8 or data.shape[1:] != (_PIXELS,):
        found = f"{data.shape} of {data.dtype}" if isinstance(data, np.ndarray) else type(data).__name__
        raise DataError(f"{where}: expected data as an (n, {_PIXELS}) array of uint8, found {found}")
    if isinstance(labels, np.ndarray):
        labels = labels.ravel().tolist()
    if (
        not isinstance(labels, list)
        or len(labels) != len(data)
        or not all(type(label) is int for label in labels)
    ):
        raise DataError(f"{where}: expected a list of {len(data)} integers as {version.label_key}")
    # As objects, because an integer in a pickle may be too large for the integer types of NumPy.
    return data, np.array(labels, object)

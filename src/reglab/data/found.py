"""Finds the layouts that a data set may have in a directory, without loading it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reglab.data.cifar import CifarVersion, load_cifar
from reglab.data.containers import ArchiveContainer, FolderContainer
from reglab.data.dataset import Dataset
from reglab.data.folders import has_parts, list_classes
from reglab.data.idx import IDX_FILES, idx_file, load_idx, load_npz
from reglab.data.picture_sets import load_cifar10_pictures
from reglab.errors import DataError


@dataclass(frozen=True)
class Found:
    """A data set that lies somewhere.

    Attributes:
        path: its folder, or its archive.
        kind: in which form, for people.
        load: loads it; raises DataError where it is not what it seems.
    """

    path: Path
    kind: str
    load: Callable[[], Dataset]


def find_cifar(versions: Sequence[CifarVersion], directory: Path) -> Found | None:
    """An official version of CIFAR: in its folder, in the directory itself, or in its archive."""
    for version in versions:
        for folder in (directory / version.folder, directory):
            if any((folder / name).is_file() for name in version.files):
                return Found(folder, version.kind, partial(load_cifar, version, FolderContainer(folder)))
    for version in versions:
        archive = directory / version.archive
        if archive.is_file():
            return find_cifar_archive(version, archive)
    return None


def find_cifar_archive(version: CifarVersion, path: Path) -> Found:
    """An official archive, whatever it is called."""
    container = ArchiveContainer(path, version.folder)
    return Found(path, f"archive of the {version.kind}", partial(load_cifar, version, container))


def find_cifar10_pictures(classes: tuple[str, ...], directory: Path) -> Found | None:
    """A folder of pictures named for CIFAR-10's classes, here or one level down.

    Raises:
        DataError: there are several.
    """
    roots = [
        root
        for root in find_picture_folders(directory)
        if not set(classes).isdisjoint(list_classes(root / "train"))
    ]
    if len(roots) > 1:
        raise DataError(
            f"{directory}: expected one folder with train/ and test/, found "
            f"{', '.join(root.name for root in roots)}; name one of them as the data directory"
        )
    if not roots:
        return None
    return Found(roots[0], "folder of pictures", partial(load_cifar10_pictures, roots[0]))


def find_picture_folders(directory: Path) -> list[Path]:
    """The directory if it has train/ and test/, else those folders in it that have."""
    if has_parts(directory):
        return [directory]
    try:
        return sorted(child for child in directory.iterdir() if child.is_dir() and has_parts(child))
    except OSError:
        return []


def find_digits(name: str, title: str, classes: tuple[str, ...], directory: Path) -> Found | None:
    """The idx files of MNIST or Fashion-MNIST, or Keras's mnist.npz."""
    if any(idx_file(directory, file_name) for file_name in IDX_FILES):
        return Found(directory, "official idx files", partial(load_idx, name, title, classes, directory))
    path = directory / "mnist.npz"
    if name == "mnist" and path.is_file():
        return Found(path, "Keras's npz file", partial(load_npz, name, title, classes, path))
    return None

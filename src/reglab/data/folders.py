"""Folders of pictures: one folder a class under train/ and test/."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reglab.data.dataset import Labels
from reglab.errors import DataError

SUFFIXES = (".png", ".jpg", ".jpeg")
_NO_PICTURES = ("desktop.ini", "thumbs.db")


@dataclass(frozen=True)
class Picture:
    """One file of a folder, as the listing shows it.

    Attributes:
        path: where it lies.
        label: index of its class.
        size: bytes.
        changed: time of the last change, nanoseconds.
    """

    path: str
    label: int
    size: int
    changed: int


@dataclass(frozen=True)
class PictureFolder:
    """What a folder of pictures holds, listed but not opened.

    Attributes:
        root: the folder that has train/ and test/.
        classes: class names, in label order.
        train: the training pictures, in order.
        test: the test pictures, in order.
    """

    root: Path
    classes: tuple[str, ...]
    train: tuple[Picture, ...]
    test: tuple[Picture, ...]

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Training pictures, then test pictures."""
        return self.train + self.test

    @property
    def labels(self) -> Labels:
        """(n,) int32, in the order of `pictures`."""
        return np.array([picture.label for picture in self.pictures], np.int32)

    @property
    def formats(self) -> tuple[str, ...]:
        """`JPEG`, `PNG`, or both."""
        suffixes = {os.path.splitext(picture.path)[1].lower() for picture in self.pictures}
        return ("JPEG",) * bool(suffixes & {".jpg", ".jpeg"}) + ("PNG",) * (".png" in suffixes)

    def fingerprint(self) -> str:
        """A hash of names, sizes and times: the same for as long as no picture is touched."""
        start = len(str(self.root)) + 1
        lines = (f"{each.path[start:]}\0{each.size}\0{each.changed}" for each in self.pictures)
        return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def has_parts(folder: Path) -> bool:
    """Whether there are folders train/ and test/ in it."""
    return (folder / "train").is_dir() and (folder / "test").is_dir()


def list_classes(part: Path) -> tuple[str, ...]:
    """Names of the folders in train/ or test/, sorted, hidden ones left out.

    Raises:
        DataError: the folder cannot be read.
    """
    try:
        with os.scandir(part) as entries:
            return tuple(
                sorted(entry.name for entry in entries if entry.is_dir() and not entry.name.startswith("."))
            )
    except OSError as error:
        raise DataError(f"{part}: cannot be read ({error.strerror})") from error


def list_pictures(
    root: Path, classes: tuple[str, ...] | None = None, official_order: bool = False
) -> PictureFolder:
    """Lists a folder of pictures.

    Args:
        root: holds train/ and test/, each with one folder a class.
        classes: the class names that there must be, in label order; None: those there are, sorted.
        official_order: file names count across classes, as when each is an index into one order;
            otherwise pictures are sorted by class, then by name.

    Raises:
        DataError: classes are missing or too many, or train and test have different ones; a class is
            empty; a file is no PNG or JPEG.
    """
    expected = classes or list_classes(root / "train")
    if not expected:
        raise DataError(f"{root / 'train'}: expected one folder a class, found none")
    parts = []
    for part in (root / "train", root / "test"):
        _check_classes(part, expected)
        pictures = [
            picture for label, name in enumerate(expected) for picture in _list_class(part / name, label)
        ]
        parts.append(tuple(sorted(pictures, key=_official_place) if official_order else pictures))
    return PictureFolder(root, expected, *parts)


def _check_classes(part: Path, expected: tuple[str, ...]) -> None:
    found = list_classes(part)
    missing = [name for name in expected if name not in found]
    extra = [name for name in found if name not in expected]
    if missing or extra:
        problems = [f"no folder {', '.join(missing)}"] * bool(missing)
        problems += [f"the unknown folder {', '.join(extra)}"] * bool(extra)
        raise DataError(
            f"{part}: expected a folder for each of {', '.join(expected)}, found {' and '.join(problems)}"
        )


def _list_class(folder: Path, label: int) -> list[Picture]:
    pictures = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name.lower() in _NO_PICTURES:
                    continue
                if not entry.is_file() or not entry.name.lower().endswith(SUFFIXES):
                    raise DataError(f"{entry.path}: expected a picture, PNG or JPEG, found something else")
                status = entry.stat()
                pictures.append(Picture(entry.path, label, status.st_size, status.st_mtime_ns))
    except OSError as error:
        raise DataError(f"{folder}: cannot be read ({error.strerror})") from error
    if not pictures:
        raise DataError(f"{folder}: expected pictures, PNG or JPEG, found none")
    return sorted(pictures, key=lambda picture: picture.path)


def _official_place(picture: Picture) -> tuple[int, str, int]:
    """The number a file's name begins with, then the name; names without a number come last."""
    name = os.path.basename(picture.path)
    number = re.match(r"\d+", name)
    return (int(number.group()) if number else 2**63, name, picture.label)

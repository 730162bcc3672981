"""Reads folders of pictures, with one folder for each class in train/ and test/, and in val/ if it exists."""

import hashlib
import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from reglab.data.dataset import Images
from reglab.data.formats.depth import reduce_depth
from reglab.errors import DataError
from reglab.machine import count_cores
from reglab.printable import has_controls

_SUFFIXES = {
    ".bmp": "BMP",
    ".gif": "GIF",
    ".jpeg": "JPEG",
    ".jpg": "JPEG",
    ".png": "PNG",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".webp": "WEBP",
}
_FORMATS = tuple(sorted(set(_SUFFIXES.values())))
KINDS = "BMP, GIF, JPEG, PNG, TIFF or WebP"
"""The formats, for messages."""
LARGEST_PICTURE = 2 * (Image.MAX_IMAGE_PIXELS or 0)
"""Pixels of the largest picture that Pillow reads."""
_SYSTEM_FILES = ("desktop.ini", "thumbs.db")
_CHUNK = 256
"""Pictures that a thread decodes at a time."""


@dataclass(frozen=True)
class Picture:
    """One file of a folder, listed but not opened.

    Attributes:
        path: its path.
        label: index of its class.
        size: bytes.
        changed: modification time, nanoseconds.
    """

    path: str
    label: int
    size: int
    changed: int


@dataclass(frozen=True)
class PictureFolder:
    """The pictures of a folder, listed but not opened.

    Attributes:
        root: the folder that has train/ and test/.
        pictures: training pictures, then test pictures, then those of val/, in the order of the data set.
        train_count: number of training pictures.
        val_count: number of pictures in val/.
    """

    root: Path
    pictures: tuple[Picture, ...]
    train_count: int
    val_count: int = 0

    @property
    def formats(self) -> tuple[str, ...]:
        """Formats of the pictures by their suffixes, such as `JPEG`, sorted."""
        return tuple(
            sorted({_SUFFIXES[os.path.splitext(picture.path)[1].lower()] for picture in self.pictures})
        )

    def fingerprint(self) -> str:
        """A hash of the names, sizes and modification times of the pictures; their contents are not read."""
        start = len(str(self.root)) + 1
        lines = (f"{each.path[start:]}\0{each.size}\0{each.changed}" for each in self.pictures)
        return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def find_picture_folders(directory: Path) -> list[Path]:
    """The directory itself if it has train/ and test/, otherwise the folders in it that have both."""

    def has_parts(folder: Path) -> bool:
        return (folder / "train").is_dir() and (folder / "test").is_dir()

    if has_parts(directory):
        return [directory]
    try:
        return sorted(child for child in directory.iterdir() if child.is_dir() and has_parts(child))
    except OSError:
        return []


def choose_folder(directory: Path, roots: Sequence[Path]) -> Path | None:
    """The only candidate; None if there is none.

    Raises:
        DataError: there are several.
    """
    if len(roots) > 1:
        raise DataError(
            f"{directory}: expected one folder with train/ and test/, found "
            f"{', '.join(root.name for root in roots)}; name one of them as the data directory"
        )
    return roots[0] if roots else None


def list_classes(part: Path) -> tuple[str, ...]:
    """Names of the folders in train/ or test/, sorted by code point; hidden folders are omitted.

    Raises:
        DataError: the folder cannot be read, or a name cannot be shown.
    """
    try:
        with os.scandir(part) as entries:
            names = [entry.name for entry in entries if entry.is_dir() and not entry.name.startswith(".")]
    except OSError as error:
        raise DataError(f"{part}: cannot be read ({error.strerror})") from error
    for name in names:
        if has_controls(name) or "\n" in name:
            raise DataError(f"{part}: expected names without control characters, in UTF-8, got {name!a}")
    return tuple(sorted(names))


def list_pictures(
    root: Path, classes: tuple[str, ...], by_number: bool = False, with_val: bool = False
) -> PictureFolder:
    """Lists a folder of pictures.

    Args:
        root: the folder that has train/ and test/, and may have val/, each with one folder for each class.
        classes: the class names, in label order.
        by_number: whether pictures are sorted by the number at the start of their file names across all
            classes, as in copies of CIFAR-10; otherwise by class, then by file name (code point).
        with_val: whether the pictures of val/ are listed too, if it exists.

    Raises:
        DataError: a class is missing, unknown or empty; a file has the suffix of no picture.
    """
    names = ("train", "test", *(["val"] if with_val and (root / "val").is_dir() else []))
    parts: list[list[Picture]] = []
    for part in (root / name for name in names):
        _check_classes(part, classes)
        pictures = [
            picture for label, name in enumerate(classes) for picture in _list_class(part / name, label)
        ]
        parts.append(sorted(pictures, key=_number) if by_number else pictures)
    everything = tuple(picture for part in parts for picture in part)
    return PictureFolder(root, everything, len(parts[0]), val_count=sum(map(len, parts[2:])))


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
                if entry.name.startswith(".") or entry.name.lower() in _SYSTEM_FILES:
                    continue
                if not entry.is_file() or os.path.splitext(entry.name)[1].lower() not in _SUFFIXES:
                    raise DataError(f"{entry.path}: expected a picture ({KINDS}), found something else")
                status = entry.stat()
                pictures.append(Picture(entry.path, label, status.st_size, status.st_mtime_ns))
    except OSError as error:
        raise DataError(f"{folder}: cannot be read ({error.strerror})") from error
    if not pictures:
        raise DataError(f"{folder}: expected pictures ({KINDS}), found none")
    return sorted(pictures, key=lambda picture: picture.path)


def _number(picture: Picture) -> tuple[int, str, int]:
    """Sorts by the number at the start of a file name, then by name; names without a number come last."""
    name = os.path.basename(picture.path)
    number = re.match(r"\d+", name)
    return (int(number.group()) if number else 2**63, name, picture.label)


@dataclass(frozen=True, eq=False)
class Decoded:
    """Decoded pictures.

    Attributes:
        images: (n, side, side, 3) uint8.
        scaled: number of pictures whose values were scaled from 16 to 8 bits.
    """

    images: Images
    scaled: int


def decode_pictures(paths: Sequence[str], side: int, resize: bool) -> Decoded:
    """Decodes pictures as RGB; of those with several frames, the first.

    Args:
        paths: the files, in order.
        side: width and height of the result, pixels.
        resize: whether pictures are rotated by their EXIF orientation and resized to `side` (the whole
            picture, antialiased); if False, another size is an error.

    Raises:
        DataError: a file is not a picture, is truncated, has another size, or has values without a defined
            range; the message names the file.
    """
    images = np.empty((len(paths), side, side, 3), np.uint8)

    def decode(start: int) -> int:
        scaled = 0
        for index in range(start, min(start + _CHUNK, len(paths))):
            images[index], was_scaled = _decode(paths[index], side, resize)
            scaled += was_scaled
        return scaled

    # Pillow releases the interpreter's lock while it decodes, so threads suffice.
    with ThreadPoolExecutor(count_cores()) as pool:
        try:
            return Decoded(images, sum(pool.map(decode, range(0, len(paths), _CHUNK))))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _reduce(upright: Image.Image, picture: Image.Image, path: str) -> Image.Image:
    try:
        return reduce_depth(upright, picture.format)
    except ValueError as error:
        raise DataError(f"{path}: {error}") from None


def _decode(path: str, side: int, resize: bool) -> tuple[Images, bool]:
    try:
        with Image.open(path, formats=_FORMATS) as picture:
            if not resize and picture.size != (side, side):
                raise DataError(
                    f"{path}: expected a picture of {side}×{side} pixels, "
                    f"found {picture.width}×{picture.height}"
                )
            upright = ImageOps.exif_transpose(picture) if resize else picture
            reduced = upright if upright.mode == "RGB" else _reduce(upright, picture, path)
            colour = reduced if reduced.mode == "RGB" else reduced.convert("RGB")
            if colour.size != (side, side):
                colour = colour.resize((side, side), Image.Resampling.BILINEAR, reducing_gap=3.0)
            return np.asarray(colour), reduced is not upright
    except Image.DecompressionBombError as error:
        raise DataError(
            f"{path}: expected a picture of at most {LARGEST_PICTURE:,} pixels, found more; make it smaller"
        ) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        # Pillow raises SyntaxError for a damaged PNG file.
        raise DataError(
            f"{path}: expected a complete picture ({KINDS}), found a damaged or foreign file"
        ) from error

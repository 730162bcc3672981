"""Pictures of the user, found in folders and converted to the shape of the training images."""

import os
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from reglab.data.formats.depth import reduce_depth
from reglab.data.formats.pictures import LARGEST_PICTURE
from reglab.errors import ImageError
from reglab.files import refused

_PROGRAMS = frozenset({"EPS"})
"""Formats that Pillow reads with an interpreter, since such a file is a program."""


def find_pictures(folder: Path) -> tuple[Path, ...]:
    """The pictures in a folder and in those below it, by their suffixes, sorted.

    Hidden files and folders are omitted, and links to folders are not followed.

    Raises:
        ImageError: there are none.
        RunError: the folder cannot be read.
    """
    Image.init()
    endings = {
        ending
        for ending, kind in Image.registered_extensions().items()
        if kind in Image.OPEN and kind not in _PROGRAMS
    }

    def refuse(error: OSError) -> None:
        raise refused("read", Path(error.filename), error) from error

    found: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            Path(parent, name)
            for name in names
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in endings
        ]
    if not found:
        raise ImageError(f"{folder}: expected pictures in this folder, found none")
    return tuple(sorted(found))


@dataclass(frozen=True, eq=False)
class OwnPicture:
    """A picture in the shape of the training images.

    Attributes:
        pixels: (height, width, channels) uint8.
        was_scaled: whether its values were scaled from 16 to 8 bits.
    """

    pixels: NDArray[np.uint8]
    was_scaled: bool


def read_own_picture(path: Path, shape: tuple[int, int, int]) -> OwnPicture:
    """Reads a picture in any format that Pillow reads without an interpreter, and resizes it.

    Args:
        path: the file.
        shape: height, width, and channels (1 for grey; 3 for red, green and blue).

    Returns:
        The whole picture, resized with antialiasing and without keeping its
        proportions, and rotated according to its EXIF orientation.

    Raises:
        ImageError: the file is missing, cannot be read, is not a picture, is a program (EPS), has too many
            pixels, or has values without a range.
    """
    if path.exists() and not path.is_file():
        # Reading a pipe would wait for a writer.
        kind = "folder" if path.is_dir() else "pipe or a device"
        raise ImageError(f"{path}: expected a picture, but it is a {kind}")
    try:
        # Pillow reads pictures of up to twice the number of pixels at which it warns.
        with warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning):
            return _read(path, shape)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ImageError(f"{path}: expected a picture{_explain(error)}") from error


def _read(path: Path, shape: tuple[int, int, int]) -> OwnPicture:
    height, width, channels = shape
    with Image.open(path) as picture:
        # Only the beginning of the file has been read so far.
        if picture.format in _PROGRAMS:
            raise ImageError(
                f"{path}: expected a picture such as PNG or JPEG, but it is in {picture.format}, a program "
                "that draws a picture; convert it to PNG"
            )
        upright = ImageOps.exif_transpose(picture)
        reduced = _reduce(upright, picture, path)
        pixels = reduced.convert("RGB" if channels == 3 else "L").resize((width, height))
    return OwnPicture(np.asarray(pixels, np.uint8).reshape(shape), reduced is not upright)


def _explain(error: Exception) -> str:
    if isinstance(error, Image.DecompressionBombError):
        return f" of at most {LARGEST_PICTURE:,} pixels, but it has more; make it smaller"
    if isinstance(error, FileNotFoundError):
        return ", but the file does not exist"
    if isinstance(error, OSError) and error.strerror:
        return f", but the file cannot be read: {error.strerror}"
    return ", but the file is not a picture, or is damaged"


def _reduce(upright: Image.Image, picture: Image.Image, path: Path) -> Image.Image:
    try:
        return reduce_depth(upright, picture.format)
    except ValueError as error:
        raise ImageError(f"{path}: {error}") from None

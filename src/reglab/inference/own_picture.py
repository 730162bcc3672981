"""A picture of the user, converted to the shape of the training images."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from reglab.data.formats.depth import reduce_depth
from reglab.errors import ImageError


def read_own_picture(path: Path, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Reads a picture in any format that Pillow reads, and resizes it.

    Args:
        path: the file.
        shape: height, width, and channels (1 for grey; 3 for red, green and blue).

    Returns:
        Pixels of this shape, uint8: the whole picture, resized with antialiasing and without keeping its
        proportions, and rotated according to its EXIF orientation.

    Raises:
        ImageError: the file is missing, cannot be read, is not a picture, or has values without a range.
    """
    height, width, channels = shape
    try:
        with Image.open(path) as picture:
            upright = ImageOps.exif_transpose(picture)
            reduced = _reduce(upright, picture, path)
            pixels = reduced.convert("RGB" if channels == 3 else "L").resize((width, height))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        missing = isinstance(error, FileNotFoundError)
        reason = "the file does not exist" if missing else "the file is not a picture, or is damaged"
        raise ImageError(f"{path}: expected a picture, but {reason}") from error
    return np.asarray(pixels, np.uint8).reshape(shape)


def _reduce(upright: Image.Image, picture: Image.Image, path: Path) -> Image.Image:
    try:
        return reduce_depth(upright, picture.format)
    except ValueError as error:
        raise ImageError(f"{path}: {error}") from None

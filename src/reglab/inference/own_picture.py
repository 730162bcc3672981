"""A picture of the user's own, made into what a network was trained on."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from reglab.errors import ImageError


def read_own_picture(path: Path, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Reads any picture that Pillow can, and squeezes it into a shape.

    Args:
        path: the file.
        shape: height, width and channels; 1 channel: grey, 3: red, green and blue.

    Returns:
        The pixels, uint8, of that shape; turned as the camera noted, the whole picture, antialiased.

    Raises:
        ImageError: there is no such file, or it is no picture.
    """
    height, width, channels = shape
    try:
        with Image.open(path) as picture:
            upright = ImageOps.exif_transpose(picture)
            pixels = upright.convert("RGB" if channels == 3 else "L").resize((width, height))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = "there is none" if isinstance(error, FileNotFoundError) else "this file is none, or damaged"
        raise ImageError(f"{path}: expected a picture, but {reason}") from error
    return np.asarray(pixels, np.uint8).reshape(shape)

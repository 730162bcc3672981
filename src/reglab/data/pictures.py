"""Decodes picture files into one array, on every core there is."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from PIL import Image, ImageOps

from reglab.data.dataset import Images
from reglab.errors import DataError
from reglab.machine import count_cores

_CHUNK = 256


def decode_pictures(paths: Sequence[str], side: int, resize: bool) -> Images:
    """Decodes PNG and JPEG files as RGB.

    Args:
        paths: the files, in order.
        side: width and height of the result, pixels.
        resize: bring pictures of other sizes to `side` (whole picture, antialiased, turned as the
            camera noted); where False, another size is an error.

    Returns:
        (n, side, side, 3) uint8.

    Raises:
        DataError: a file is no picture, truncated, or of another size; the first one is named.
    """
    images = np.empty((len(paths), side, side, 3), np.uint8)
    decode = partial(_decode_chunk, paths, images, resize)
    # Pillow lets go of the interpreter's lock while it decodes, so threads are enough.
    with ThreadPoolExecutor(count_cores()) as pool:
        try:
            for _ in pool.map(decode, range(0, len(paths), _CHUNK)):
                pass
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return images


def _decode_chunk(paths: Sequence[str], images: Images, resize: bool, start: int) -> None:
    for index in range(start, min(start + _CHUNK, len(paths))):
        images[index] = _decode(paths[index], images.shape[1], resize)


def _decode(path: str, side: int, resize: bool) -> Images:
    try:
        with Image.open(path, formats=("PNG", "JPEG")) as picture:
            if not resize and picture.size != (side, side):
                raise DataError(
                    f"{path}: expected a picture of {side}×{side} pixels, "
                    f"found {picture.width}×{picture.height}"
                )
            upright = ImageOps.exif_transpose(picture) if resize else picture
            colour = upright if upright.mode == "RGB" else upright.convert("RGB")
            if colour.size != (side, side):
                colour = colour.resize((side, side), Image.Resampling.BILINEAR, reducing_gap=3.0)
            return np.asarray(colour)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        # SyntaxError is what Pillow raises for a broken PNG.
        raise DataError(
            f"{path}: expected a whole PNG or JPEG picture, found a damaged or foreign file"
        ) from error

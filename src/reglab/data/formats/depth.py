"""Pictures of more than 8 bits, which Pillow would clip to white or black instead of scaling them."""

import numpy as np
from PIL import Image

_WIDE = ("I", "F")


def reduce_depth(picture: Image.Image, form: str | None) -> Image.Image:
    """Scales a greyscale picture of 16 bits to 8 bits; returns any other picture of 8 bits unchanged.

    Args:
        picture: an opened picture. Colours of 16 bits are scaled by Pillow when it reads the file.
        form: format of its file, such as `PNG`.

    Raises:
        ValueError: its values have no defined range: integers of 32 bits or floating-point numbers.
    """
    # Pillow may read a PNG file of 16 bits, the most of this format, as integers of 32 bits.
    if picture.mode.startswith("I;16") or (picture.mode == "I" and form == "PNG"):
        values = np.asarray(picture).astype(np.uint32)
        return Image.fromarray(((values + 128) // 257).astype(np.uint8))
    if picture.mode in _WIDE:
        kind = "integers of 32 bits" if picture.mode == "I" else "floating-point numbers"
        raise ValueError(f"expected a picture of 8 or 16 bits, found {kind}, whose range is not defined")
    return picture

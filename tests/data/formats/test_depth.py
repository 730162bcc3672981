"""Pictures of 16 and 32 bits."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from reglab.data.formats.depth import reduce_depth

VALUES = np.array([[0, 128, 129, 257, 32_768, 65_406, 65_407, 65_535]], np.uint16)
SCALED = np.array([[0, 0, 1, 1, 128, 254, 255, 255]], np.uint8)


def reopen(array: np.ndarray, form: str) -> Image.Image:
    """The picture, written and read again."""
    file = BytesIO()
    Image.fromarray(array).save(file, form)
    return Image.open(file)


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_16_bits_are_scaled_to_8(form: str) -> None:
    """Rounded to the nearest of 256 values; Pillow would make almost all of them white."""
    picture = reopen(VALUES, form)
    reduced = reduce_depth(picture, picture.format)
    assert reduced.mode == "L"
    np.testing.assert_array_equal(np.asarray(reduced), SCALED)


def test_a_png_that_is_read_as_32_bits_is_scaled() -> None:
    """Pillow reads some PNG files of 16 bits as integers of 32 bits."""
    reduced = reduce_depth(Image.fromarray(VALUES.astype(np.int32)), "PNG")
    np.testing.assert_array_equal(np.asarray(reduced), SCALED)


@pytest.mark.parametrize(
    ("kind", "found"), [(np.int32, "integers of 32 bits"), (np.float32, "floating-point numbers")]
)
def test_values_without_a_range_are_refused(kind: type[np.generic], found: str) -> None:
    """The range of the values of a TIFF file of 32 bits is not defined."""
    picture = reopen(VALUES.astype(kind), "TIFF")
    with pytest.raises(ValueError, match="picture") as raised:
        reduce_depth(picture, picture.format)
    assert str(raised.value) == (
        f"expected a picture of 8 or 16 bits, found {found}, whose range is not defined"
    )


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
def test_other_pictures_are_not_changed(mode: str) -> None:
    """They have 8 bits or fewer."""
    picture = Image.new(mode, (2, 2))
    assert reduce_depth(picture, "PNG") is picture

"""Pictures of the user in the shape of the training images."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reglab.errors import ImageError
from reglab.inference.own_picture import find_pictures, read_own_picture


@pytest.mark.parametrize(("mode", "was_scaled"), [("I;16", True), ("L", False), ("RGB", False)])
@pytest.mark.parametrize("channels", [1, 3])
def test_16_bits_are_scaled(tmp_path: Path, mode: str, was_scaled: bool, channels: int) -> None:
    """A grey of 16 bits is the same grey of 8 bits, and is reported."""
    grey = np.full((4, 4), 100, np.uint8)
    picture = (
        Image.fromarray(grey.astype(np.uint16) * 257) if was_scaled else Image.fromarray(grey).convert(mode)
    )
    picture.save(tmp_path / "x.png")
    own = read_own_picture(tmp_path / "x.png", (2, 2, channels))
    assert own.was_scaled == was_scaled
    assert own.pixels.shape == (2, 2, channels)
    assert np.unique(own.pixels).tolist() == [100]


@pytest.mark.parametrize(
    ("values", "kind"), [(np.float32, "floating-point numbers"), (np.int32, "integers of 32 bits")]
)
def test_values_without_a_range_are_refused(tmp_path: Path, values: type, kind: str) -> None:
    """Nobody knows which value is white."""
    path = tmp_path / "x.tif"
    Image.fromarray(np.ones((4, 4), values)).save(path)
    with pytest.raises(ImageError) as caught:
        read_own_picture(path, (2, 2, 3))
    assert str(caught.value) == (
        f"{path}: expected a picture of 8 or 16 bits, found {kind}, whose range is not defined"
    )


@pytest.mark.parametrize("name", ["x.eps", "x.png"])
def test_a_program_is_refused(tmp_path: Path, name: str) -> None:
    """EPS would be run by an interpreter, whatever the file is called; such files are not listed either."""
    path = tmp_path / name
    Image.new("RGB", (4, 4)).save(path, "EPS")
    Image.new("RGB", (4, 4)).save(tmp_path / "y.png")
    with pytest.raises(ImageError) as caught:
        read_own_picture(path, (2, 2, 3))
    assert str(caught.value) == (
        f"{path}: expected a picture such as PNG or JPEG, but it is in EPS, a program that draws a picture; "
        "convert it to PNG"
    )
    assert (tmp_path / "x.eps") not in find_pictures(tmp_path)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_turned_upright(tmp_path: Path, orientation: int) -> None:
    """Its EXIF orientation says how; each corner of the upright picture has a grey of its own."""
    upright = np.array([[0, 80], [160, 240]], np.uint8)
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright),
        7: np.rot90(upright, 2).T,
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(stored)).save(tmp_path / "x.png", exif=exif)
    assert (read_own_picture(tmp_path / "x.png", (2, 2, 1)).pixels[..., 0] == upright).all()

"""Pictures of the user in the shape of the training images."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reglab.errors import ImageError
from reglab.inference.own_picture import read_own_picture


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

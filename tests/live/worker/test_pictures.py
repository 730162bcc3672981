"""Arrays as PNG pictures."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from reglab.live.worker.pictures import MOST_TILES, draw_filters, draw_maps, encode_png


def decode(address: str) -> np.ndarray:
    head, _, content = address.partition(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 1), (4, 5, 3)])
def test_pixels(shape: tuple[int, ...]) -> None:
    """Grey and colour."""
    pixels = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    np.testing.assert_array_equal(
        decode(encode_png(pixels)), pixels.reshape(4, 5, *shape[2:][:1] * (shape[-1] == 3))
    )


def test_maps_have_one_scale() -> None:
    """The smallest value of all maps is black, the largest is white."""
    maps = np.zeros((2, 3, 2), np.float32)
    maps[0, 0, 0], maps[1, 2, 1] = -1, 3
    picture = decode(draw_maps(maps))
    assert picture.shape == (2, 3 + 1 + 3)
    assert (picture[0, 0], picture[1, 6], picture[0, 3]) == (0, 255, 128)
    assert picture[1, 1] == 63


def test_many_maps_and_units() -> None:
    """The first maps in rows; units in one row."""
    picture = decode(draw_maps(np.zeros((4, 4, 500), np.float32)))
    columns = (picture.shape[1] + 1) // 5
    assert columns * ((picture.shape[0] + 1) // 5) >= MOST_TILES > columns
    assert decode(draw_maps(np.arange(7, dtype=np.float32))).shape == (1, 7)


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_constant_and_diverged_maps(value: float) -> None:
    """They are black, without a warning."""
    assert decode(draw_maps(np.full((2, 2, 1), value, np.float32))).max() == 0


def test_filters() -> None:
    """The first layer in colour, others as means; nothing for single pixels and dense layers."""
    kernel = np.random.default_rng(0).normal(size=(5, 5, 3, 2)).astype(np.float32)
    assert decode(draw_filters(kernel) or "").shape == (5, 11, 3)
    assert decode(draw_filters(np.repeat(kernel, 2, axis=2)) or "").shape == (5, 11)
    assert draw_filters(kernel[:1, :1]) is None
    assert draw_filters(kernel[0, 0]) is None

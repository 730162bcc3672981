"""Arrays of a network as small PNG pictures."""

import base64
import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

MOST_TILES = 64
"""Largest number of maps or filters in a picture; the first ones are drawn."""
_GAP = 1
_MOST_ROWS = 16
_EMPTY = 128
"""Grey of what is not a map."""


def encode_png(pixels: NDArray[np.uint8]) -> str:
    """A picture `(height, width)` or `(height, width, 1 | 3)` as an address, `data:image/png;…`."""
    if pixels.ndim == 3 and pixels.shape[-1] == 1:
        pixels = pixels[..., 0]
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def draw_maps(maps: NDArray[np.float32]) -> str:
    """Maps `(height, width, maps)` side by side, or units `(units,)` in rows of 64, one pixel each.

    All maps have the same scale, so a dark one is less active than the others. Of many, the first are drawn.
    """
    if maps.ndim == 1:
        units = _to_grey(maps)[: MOST_TILES * _MOST_ROWS]
        columns = min(len(units), MOST_TILES)
        rows = -(-len(units) // columns)
        padded = np.full(rows * columns, _EMPTY, np.uint8)
        padded[: len(units)] = units
        return encode_png(padded.reshape(rows, columns))
    return encode_png(_tile(np.moveaxis(_to_grey(maps), -1, 0)[..., None]))


def draw_filters(kernel: NDArray[np.float32]) -> str | None:
    """The filters `(rows, columns, maps before, maps)` of a convolution, side by side.

    Filters of images with three channels are in colour; others show their mean over the channels. None for
    filters of a single pixel and for other kernels, of which a picture shows nothing.
    """
    if kernel.ndim != 4 or kernel.shape[0] * kernel.shape[1] == 1:
        return None
    filters = np.moveaxis(kernel, -1, 0)
    if filters.shape[-1] != 3:
        filters = filters.mean(axis=-1, keepdims=True)
    return encode_png(_tile(_to_grey(filters)))


def _to_grey(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Scales the smallest value to 0 and the largest to 255; what is not finite becomes 0."""
    finite = np.where(np.isfinite(values), values, np.nan)
    if np.isnan(finite).all():
        return np.zeros(values.shape, np.uint8)
    low, high = float(np.nanmin(finite)), float(np.nanmax(finite))
    scaled = (finite - low) * (255 / (high - low) if high > low else 0.0)
    return np.nan_to_num(scaled).astype(np.uint8)


def _tile(tiles: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Tiles `(tiles, height, width, channels)` in an almost square picture, with gaps of one pixel."""
    tiles = tiles[:MOST_TILES]
    count, height, width, channels = tiles.shape
    columns = math.ceil(math.sqrt(count * 2)) if count > 4 else count
    rows = -(-count // columns)
    step_y, step_x = height + _GAP, width + _GAP
    picture = np.full((rows * step_y - _GAP, columns * step_x - _GAP, channels), _EMPTY, np.uint8)
    for number, tile in enumerate(tiles):
        top, left = (number // columns) * step_y, (number % columns) * step_x
        picture[top : top + height, left : left + width] = tile
    return picture

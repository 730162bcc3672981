"""The layer that covers rectangles of images. Imports Keras; import it only inside a seat."""

from typing import Any

import keras
from keras import ops

from reglab.regularizers.layers.compilation import compile_function
from reglab.regularizers.layers.pixel_layer import PixelLayer

CANDIDATES = 100
# One draw for whether the image is covered, then area, aspect, top and left of each candidate rectangle.
DRAWS_PER_IMAGE = 1 + 4 * CANDIDATES
GREY = 127.5


class RandomErasingLayer(PixelLayer):
    """Covers a random rectangle of each image.

    Args:
        erasing: probability, ranges and fill, a `RandomErasing`.
        seed: seed of the draws; each draw follows from it and the number of draws before.
        name: name of the layer.
    """

    def __init__(self, erasing: Any, seed: int, name: str) -> None:
        super().__init__(seed, name)
        self.erasing = erasing
        self._erase_compiled = compile_function(self._erase)

    def change(self, images: Any) -> Any:
        """Partly covered images; the range of their values does not change."""
        draws = keras.random.uniform(
            (ops.shape(images)[0], DRAWS_PER_IMAGE), dtype="float32", seed=self.seed_generator
        )
        fill: Any = GREY
        if self.erasing.fill == "noise":
            fill = keras.random.uniform(ops.shape(images), 0, 255, dtype="float32", seed=self.seed_generator)
        return self._erase_compiled(images, draws, fill)

    def _erase(self, images: Any, draws: Any, fill: Any) -> Any:
        _, height, width, _ = images.shape
        return ops.where(cover_rectangles(draws, self.erasing, height, width), fill, images)


def cover_rectangles(draws: Any, erasing: Any, height: int, width: int) -> Any:
    """Computes which pixels are covered.

    Args:
        draws: `(n, 401)` float32 in [0, 1): whether the image is covered, then area, aspect, top
            and left of 100 candidate rectangles, the first of which that fits is covered.
        erasing: probability and ranges, a `RandomErasing`.
        height: of the images, pixels.
        width: of the images, pixels.

    Returns:
        `(n, height, width, 1)` bool.
    """
    candidates = ops.reshape(draws[:, 1:], (-1, CANDIDATES, 4))
    area, aspect, top, left = (candidates[:, :, column] for column in range(4))
    pixels = (erasing.min_area + area * (erasing.max_area - erasing.min_area)) * (height * width)
    aspect = erasing.min_aspect + aspect * (erasing.max_aspect - erasing.min_aspect)
    top, left = top * height, left * width
    bottom, right = top + ops.sqrt(pixels * aspect), left + ops.sqrt(pixels / aspect)
    fits = ops.logical_and(bottom <= height, right <= width)
    first = ops.expand_dims(ops.argmax(ops.cast(fits, "int32"), axis=1), 1)
    erased = ops.logical_and(draws[:, :1] < erasing.probability, ops.any(fits, axis=1, keepdims=True))
    top, bottom, left, right = (
        ops.take_along_axis(side, first, axis=1) for side in (top, bottom, left, right)
    )
    rows, columns = ops.arange(height, dtype="float32") + 0.5, ops.arange(width, dtype="float32") + 0.5
    in_rows = ops.logical_and(ops.logical_and(rows >= top, rows < bottom), erased)
    in_columns = ops.logical_and(columns >= left, columns < right)
    return ops.expand_dims(ops.expand_dims(in_rows, 2) & ops.expand_dims(in_columns, 1), 3)

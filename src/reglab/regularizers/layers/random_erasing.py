"""The layer that covers rectangles of images. Imports Keras, and is itself imported when needed."""

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from reglab.regularizers.layers.compilation import compile_function
from reglab.regularizers.layers.pixel_layer import PixelLayer

if TYPE_CHECKING:
    from reglab.regularizers.random_erasing import RandomErasing

DRAWS_PER_IMAGE = 5
GREY = 127.5


class RandomErasingLayer(PixelLayer):
    """Covers a random rectangle of each image.

    Args:
        erasing: probability, ranges and fill.
        seed: of the draws; with the number of draws so far it fixes every one.
        name: of the layer.
    """

    def __init__(self, erasing: "RandomErasing", seed: int, name: str) -> None:
        super().__init__(seed, name)
        self.erasing = erasing
        self._erase_compiled = compile_function(self._erase)

    def change(self, images: Any) -> Any:
        """The images, covered in part; the range of their values stays."""
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


def cover_rectangles(draws: Any, erasing: "RandomErasing", height: int, width: int) -> Any:
    """Which pixels are covered.

    Args:
        draws: `(n, 5)` float32 in [0, 1): whether, area, aspect, top, left.
        erasing: probability and ranges.
        height: of the images, pixels.
        width: of the images, pixels.

    Returns:
        `(n, height, width, 1)` bool.
    """
    whether, area_draw, aspect_draw, top_draw, left_draw = (draws[:, column] for column in range(5))
    area = erasing.min_area + area_draw * (erasing.max_area - erasing.min_area)
    # A rectangle of this area is no wider than the image from the first aspect on, and no higher up to
    # the second.
    flattest, tallest = area * (height / width), (height / width) / area
    low = ops.minimum(ops.maximum(erasing.min_aspect, flattest), tallest)
    high = ops.minimum(ops.maximum(erasing.max_aspect, flattest), tallest)
    aspect = low + aspect_draw * (high - low)
    pixels = area * (height * width)
    top, bottom = _place(ops.sqrt(pixels * aspect), top_draw, height)
    left, right = _place(ops.sqrt(pixels / aspect), left_draw, width)
    rows, columns = ops.arange(height, dtype="float32"), ops.arange(width, dtype="float32")
    in_rows = ops.logical_and(rows >= top, rows < bottom)
    in_columns = ops.logical_and(columns >= left, columns < right)
    covered = ops.expand_dims(in_rows, 2) & ops.expand_dims(in_columns, 1)
    erased = ops.reshape(whether < erasing.probability, (-1, 1, 1))
    return ops.expand_dims(ops.logical_and(covered, erased), 3)


def _place(length: Any, draw: Any, side: int) -> tuple[Any, Any]:
    """First pixel of a rectangle's extent and the one after its last, whole numbers, each `(n, 1)`."""
    length = ops.clip(ops.round(length), 1, side)
    # The product of a draw just below 1 may be rounded up to the next whole number.
    first = ops.minimum(ops.floor(draw * (side - length + 1)), side - length)
    return ops.expand_dims(first, 1), ops.expand_dims(first + length, 1)

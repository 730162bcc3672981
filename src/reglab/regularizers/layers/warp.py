"""Resampling of images through affine matrices. Imports Keras; import it only inside a seat.

The four neighbours of each pixel are gathered on every backend, so the results are equal up to rounding. They
equal those of `scipy.ndimage.affine_transform` of order 1:

============  ==================  =======================================================
`fill_mode`   SciPy's `mode`      beyond the border of a row a b c d
============  ==================  =======================================================
`nearest`     `nearest`           a a a a | a b c d | d d d d
`reflect`     `reflect`           d c b a | a b c d | d c b a
`constant`    `grid-constant`     black; half a pixel outside: half of the border's value
`wrap`        `grid-wrap`         a b c d | a b c d | a b c d
============  ==================  =======================================================

TensorFlow's kernel of `keras.ops.image.affine_transform` gives the same results, except with `wrap`: it
does not interpolate between d and a, and its second repetition is shifted by a pixel. The compiled gather is
faster than the kernel.
"""

from typing import Any

from keras import ops


def warp(images: Any, matrices: Any, fill_mode: str) -> Any:
    """Resamples each image bilinearly through its matrix.

    Args:
        images: `(n, height, width, channels)` float32.
        matrices: `(n, 8)` float32, as from `compose_affine`.
        fill_mode: how pixels beyond the border are filled; see the module.

    Returns:
        `(n, height, width, channels)` float32.
    """
    _, height, width, channels = images.shape
    x, y = _find_origins(matrices, height, width)
    left, top = ops.floor(x), ops.floor(y)
    right_share, lower_share = x - left, y - top
    left, top = ops.cast(left, "int32"), ops.cast(top, "int32")
    pixels = ops.reshape(images, (-1, channels))
    count = ops.shape(images)[0]
    first_pixel = ops.reshape(ops.arange(count, dtype="int32") * (height * width), (-1, 1))
    result = ops.zeros((1, 1, channels), "float32")
    for lower in (0, 1):
        row, row_inside = _fold(top + lower, height, fill_mode)
        row_share = lower_share if lower else 1 - lower_share
        for right in (0, 1):
            column, column_inside = _fold(left + right, width, fill_mode)
            share = row_share * (right_share if right else 1 - right_share)
            if fill_mode == "constant":
                share = share * ops.cast(ops.logical_and(row_inside, column_inside), "float32")
            corner = ops.take(pixels, first_pixel + row * width + column, axis=0)
            result = result + ops.expand_dims(share, -1) * corner
    return ops.reshape(result, (-1, height, width, channels))


def _find_origins(matrices: Any, height: int, width: int) -> tuple[Any, Any]:
    """The origin of each pixel: x and y, each `(n, height · width)` float32."""
    x = ops.tile(ops.arange(width, dtype="float32"), [height])
    y = ops.repeat(ops.arange(height, dtype="float32"), width)
    a0, a1, a2, b0, b1, b2 = (matrices[:, column : column + 1] for column in range(6))
    return a0 * x + a1 * y + a2, b0 * x + b1 * y + b2


def _fold(index: Any, side: int, fill_mode: str) -> tuple[Any, Any]:
    """Indices moved into the image, and whether each was inside before."""
    inside = ops.logical_and(index >= 0, index < side)
    match fill_mode:
        case "nearest" | "constant":
            return ops.clip(index, 0, side - 1), inside
        case "reflect":
            folded = ops.mod(index, 2 * side)
            return ops.minimum(folded, 2 * side - 1 - folded), inside
        case "wrap":
            return ops.mod(index, side), inside
        case _:
            raise ValueError(f"expected a fill mode, got {fill_mode!r}")

"""Affine matrices of images, from random draws. Imports Keras; import it only inside a seat."""

from dataclasses import dataclass
from math import pi
from typing import Any

from keras import ops

DRAWS_PER_IMAGE = 8


@dataclass(frozen=True)
class Moves:
    """Moves of n images; every field is a float32 tensor `(n,)`.

    Attributes:
        rotation: radians, clockwise on the screen.
        shear: angle of vertical lines, radians.
        shift_x: pixels to the right.
        shift_y: pixels down.
        zoom_x: factor of the width; above 1 magnifies.
        zoom_y: factor of the height.
        flip_x: −1 swaps left and right; 1 does not.
        flip_y: −1 swaps top and bottom; 1 does not.
    """

    rotation: Any
    shear: Any
    shift_x: Any
    shift_y: Any
    zoom_x: Any
    zoom_y: Any
    flip_x: Any
    flip_y: Any


def scale_draws(draws: Any, ranges: Any, height: int, width: int) -> Moves:
    """Scales uniform draws to the ranges of an augmentation.

    Every amount has its own column, so that a change of one range does not change the other amounts.

    Args:
        draws: `(n, 8)` float32 in [0, 1).
        ranges: limits of each amount, an `Augmentation`.
        height: of the images, pixels.
        width: of the images, pixels.
    """
    either_way = 2 * draws - 1
    radians = pi / 180
    return Moves(
        rotation=either_way[:, 0] * (ranges.rotation * radians),
        shear=either_way[:, 1] * (ranges.shear * radians),
        shift_x=either_way[:, 2] * (ranges.width_shift * width),
        shift_y=either_way[:, 3] * (ranges.height_shift * height),
        zoom_x=1 + either_way[:, 4] * ranges.zoom,
        zoom_y=1 + either_way[:, 5] * ranges.zoom,
        flip_x=_toss(draws[:, 6], ranges.horizontal_flip),
        flip_y=_toss(draws[:, 7], ranges.vertical_flip),
    )


def compose_affine(moves: Moves, height: int, width: int) -> Any:
    """Computes one matrix per image, which maps each pixel of the result to its origin.

    The image is flipped, zoomed, sheared, rotated and shifted, in this order, about its centre c, so the
    pixel at p comes from c + F · Z⁻¹ · H⁻¹ · R⁻¹ · (p − c − t), with p = (x, y), y downwards.

    Args:
        moves: moves of n images.
        height: of the images, pixels.
        width: of the images, pixels.

    Returns:
        `(n, 8)` float32 rows [a0, a1, a2, b0, b1, b2, 0, 0], as for
        `keras.ops.image.affine_transform`: (x, y) comes from (a0·x + a1·y + a2, b0·x + b1·y + b2).
    """
    cosine, sine = ops.cos(moves.rotation), ops.sin(moves.rotation)
    lean = ops.tan(moves.shear)
    scale_x, scale_y = moves.flip_x / moves.zoom_x, moves.flip_y / moves.zoom_y
    # R⁻¹ = [[cosine, sine], [−sine, cosine]], H⁻¹ = [[1, −lean], [0, 1]]; F · Z⁻¹ is diagonal.
    a0 = scale_x * (cosine + lean * sine)
    a1 = scale_x * (sine - lean * cosine)
    b0 = scale_y * -sine
    b1 = scale_y * cosine
    centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
    from_x, from_y = centre_x + moves.shift_x, centre_y + moves.shift_y
    a2 = centre_x - (a0 * from_x + a1 * from_y)
    b2 = centre_y - (b0 * from_x + b1 * from_y)
    zero = ops.zeros_like(a0)
    return ops.stack([a0, a1, a2, b0, b1, b2, zero, zero], axis=1)


def _toss(draws: Any, allowed: bool) -> Any:
    """−1 for draws of at least 0.5 if a flip is allowed, else 1."""
    if not allowed:
        return ops.ones_like(draws)
    return ops.where(draws < 0.5, ops.ones_like(draws), -ops.ones_like(draws))

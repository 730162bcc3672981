"""The ten shapes of the synthetic data set, as approximate signed distance functions."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating]
Shape = Callable[[Field, Field], Field]


def _disc(u: Field, v: Field) -> Field:
    return np.hypot(u, v) - 0.82


def _ring(u: Field, v: Field) -> Field:
    return np.abs(np.hypot(u, v) - 0.7) - 0.2


def _moon(u: Field, v: Field) -> Field:
    distance: Field = np.maximum(np.hypot(u, v) - 0.95, 0.75 - np.hypot(u - 0.45, v))
    return distance


def _cross(u: Field, v: Field) -> Field:
    wide = np.maximum(np.abs(u) - 0.95, np.abs(v) - 0.32)
    tall = np.maximum(np.abs(v) - 0.95, np.abs(u) - 0.32)
    distance: Field = np.minimum(wide, tall)
    return distance


def _star(u: Field, v: Field) -> Field:
    # After folding, each half of a point of the star is one straight edge from the tip to a notch.
    along, across = _fold(u, v, 5)
    tip, notch = 1.1, (0.5 * math.cos(math.pi / 5), 0.5 * math.sin(math.pi / 5))
    length = math.hypot(tip - notch[0], notch[1])
    distance: Field = (notch[1] * (along - tip) + (tip - notch[0]) * np.abs(across)) / length
    return distance


def _rows(u: Field, v: Field) -> Field:
    stripes = np.abs(v / 0.6 - np.round(v / 0.6)) * 0.6 - 0.16
    distance: Field = np.maximum(stripes, np.maximum(np.abs(u), np.abs(v)) - 0.78)
    return distance


def _columns(u: Field, v: Field) -> Field:
    return _rows(v, u)


def _polygon(corners: int) -> Shape:
    """A regular polygon with the area of the disc, so that the area does not reveal the class."""
    side_distance = 0.82 * math.sqrt(math.pi / (corners * math.tan(math.pi / corners)))

    def distance(u: Field, v: Field) -> Field:
        return _fold(u, v, corners)[0] - side_distance

    return distance


def _fold(u: Field, v: Field, sectors: int) -> tuple[Field, Field]:
    """Rotates every point into the first of equal sectors; returns coordinates along and across it."""
    angle = np.arctan2(v, u)
    width = 2 * math.pi / sectors
    folded = angle - width * np.round(angle / width)
    length = np.hypot(u, v)
    return length * np.cos(folded), length * np.sin(folded)


SHAPES: tuple[tuple[str, Shape], ...] = (
    ("disc", _disc),
    ("ring", _ring),
    ("moon", _moon),
    ("triangle", _polygon(3)),
    ("square", _polygon(4)),
    ("hexagon", _polygon(6)),
    ("star", _star),
    ("cross", _cross),
    ("rows", _rows),
    ("columns", _columns),
)
"""Name and signed distance of each class, in label order.

A function takes coordinates in units of the radius of the shape (u to the right, v downwards) and returns
the distance to the outline in the same units, negative inside. The sign is exact; the distance is exact near
straight and round edges and approximate near corners. No shape becomes another one when it is mirrored,
moved, or rotated by up to 40 degrees.
"""

"""The ten shapes of the synthetic data set, as signed distances."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating]
Shape = Callable[[Field, Field], Field]


def _disc(u: Field, v: Field) -> Field:
    return np.hypot(u, v) - 0.85


def _ring(u: Field, v: Field) -> Field:
    return np.abs(np.hypot(u, v) - 0.72) - 0.2


def _square(u: Field, v: Field) -> Field:
    return np.maximum(np.abs(u), np.abs(v)) - 0.76


def _frame(u: Field, v: Field) -> Field:
    return np.abs(np.maximum(np.abs(u), np.abs(v)) - 0.64) - 0.19


def _triangle(u: Field, v: Field) -> Field:
    distance: Field = np.maximum(v, np.sqrt(0.75) * np.abs(u) - 0.5 * v) - 0.5
    return distance


def _cross(u: Field, v: Field) -> Field:
    wide = np.maximum(np.abs(u) - 0.92, np.abs(v) - 0.27)
    tall = np.maximum(np.abs(v) - 0.92, np.abs(u) - 0.27)
    distance: Field = np.minimum(wide, tall)
    return distance


def _star(u: Field, v: Field) -> Field:
    # A fifth of the circle holds one point, and half of that its straight edge from tip to notch.
    angle = np.arctan2(u, -v)
    sector = 2 * np.pi / 5
    folded = np.abs(angle - sector * np.round(angle / sector))
    length = np.hypot(u, v)
    tip, notch = np.array([1.05, 0.0]), 0.45 * np.array([np.cos(sector / 2), np.sin(sector / 2)])
    edge = notch - tip
    normal = np.array([edge[1], -edge[0]]) / np.hypot(*edge)
    along, across = length * np.cos(folded), length * np.sin(folded)
    distance: Field = normal[0] * (along - tip[0]) + normal[1] * across
    return distance


def _moon(u: Field, v: Field) -> Field:
    distance: Field = np.maximum(np.hypot(u, v) - 0.9, 0.72 - np.hypot(u - 0.45, v))
    return distance


def _rows(u: Field, v: Field) -> Field:
    stripes = np.abs(v / 0.6 - np.round(v / 0.6)) * 0.6 - 0.16
    distance: Field = np.maximum(stripes, np.maximum(np.abs(u), np.abs(v)) - 0.8)
    return distance


def _columns(u: Field, v: Field) -> Field:
    return _rows(v, u)


SHAPES: tuple[tuple[str, Shape], ...] = (
    ("disc", _disc),
    ("ring", _ring),
    ("square", _square),
    ("frame", _frame),
    ("triangle", _triangle),
    ("cross", _cross),
    ("star", _star),
    ("moon", _moon),
    ("rows", _rows),
    ("columns", _columns),
)
"""Name and signed distance of each class, in label order.

A function takes coordinates in units of the shape's radius (u to the right, v downwards) and gives the
distance to its outline in the same units, negative inside. Mirrored left to right, moved, or turned by
up to 30 degrees, every one of them is still what it is called and none becomes another.
"""

"""Synthetic images: a shape on a cloudy background, with strokes and noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reglab.data.synthetic.shapes import SHAPES

SIDE = 32
_Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class Difficulty:
    """How difficult the classes are to distinguish; lengths in pixels, colours as fractions of the range.

    The defaults were chosen on other images than those of the data set, without comparing regularizers:
    `reference/README.md` says how.

    Attributes:
        radius: smallest and largest radius of the shape of the label.
        stretch: largest factor that multiplies the width and divides the height of a shape, or the
            reverse. The ratio of width to height is at most its square.
        turn: largest rotation of a shape in either direction, degrees.
        hue_spread: standard deviation of the hue around the mean hue of the class, radians. The hue is an
            easy but unreliable feature, like colours in photographs.
        ink_value: smallest and largest brightness of a shape.
        ground_value: smallest and largest brightness of the background.
        contrast: smallest Euclidean distance between the colours of shape and background, before values
            outside the range are clipped.
        strokes: number of line segments behind the shape.
        clouds: standard deviation of the random colours that are interpolated over the background; the
            shape of the label has half of it. Between the points of interpolation it is smaller.
        noise: standard deviation of the noise of every pixel and channel.
    """

    radius: tuple[float, float] = (8.0, 12.0)
    stretch: float = 1.15
    turn: float = 12.0
    hue_spread: float = 0.9
    ink_value: tuple[float, float] = (0.45, 1.0)
    ground_value: tuple[float, float] = (0.15, 0.65)
    contrast: float = 0.6
    strokes: int = 2
    clouds: float = 0.1
    noise: float = 0.03


def draw_images(
    labels: NDArray[np.int32], generator: np.random.Generator, difficulty: Difficulty
) -> NDArray[np.uint8]:
    """Draws one image for every label.

    Args:
        labels: (n,) int32, indices into `SHAPES`.
        generator: source of every random choice; generators in equal states give equal images.
        difficulty: how difficult the classes are to distinguish.

    Returns:
        (n, 32, 32, 3) uint8.
    """
    count = len(labels)
    hues = generator.normal(2 * np.pi * labels / len(SHAPES), difficulty.hue_spread)
    ground = _colours(generator.uniform(0, 2 * np.pi, count), difficulty.ground_value, generator)
    ink = _away_from(ground, _colours(hues, difficulty.ink_value, generator), difficulty.contrast)
    canvas = ground[:, None, None, :] + difficulty.clouds * _clouds(count, generator)
    for _ in range(difficulty.strokes):
        cover = _stroke(count, generator)[..., None]
        paint = generator.uniform(0, 1, (count, 1, 1, 3)).astype(np.float32)
        canvas += cover * (paint - canvas)
    cover = _shape_cover(labels, difficulty, generator)[..., None]
    paint = ink[:, None, None, :] + 0.5 * difficulty.clouds * _clouds(count, generator)
    canvas += cover * (paint - canvas)
    canvas += difficulty.noise * generator.standard_normal(canvas.shape, dtype=np.float32)
    return (np.clip(canvas, 0, 1) * 255 + 0.5).astype(np.uint8)


def _colours(
    hues: NDArray[np.floating], values: tuple[float, float], generator: np.random.Generator
) -> _Pixels:
    """Colours (n, 3) of the given hues (radians), of random saturation, with a brightness in `values`."""
    greyness = 0.5 - 0.5 * np.cos(hues[:, None] - 2 * np.pi / 3 * np.arange(3))
    saturation = generator.uniform(0.3, 0.9, (len(hues), 1))
    value = generator.uniform(*values, (len(hues), 1))
    return (value * (1 - saturation * greyness)).astype(np.float32)


def _away_from(ground: _Pixels, ink: _Pixels, contrast: float) -> _Pixels:
    """The ink (n, 3), moved to the distance `contrast` from the colour of the background if it is closer."""
    away = ink - ground
    distance = np.linalg.norm(away, axis=1, keepdims=True)
    moved: _Pixels = ground + away * np.maximum(contrast / distance, 1)
    return moved


def _clouds(count: int, generator: np.random.Generator, cells: int = 5) -> _Pixels:
    """Smooth colour noise (n, 32, 32, 3): coarse random values, interpolated."""
    coarse = generator.standard_normal((count, cells, cells, 3), dtype=np.float32)
    position = np.linspace(0, cells - 1, SIDE)
    distance = np.abs(position[:, None] - np.arange(cells))
    weights = np.clip(1 - distance, 0, None).astype(np.float32)
    clouds: _Pixels = np.einsum("yi,xj,nijc->nyxc", weights, weights, coarse, optimize=True)
    return clouds


def _grid() -> tuple[_Pixels, _Pixels]:
    """Horizontal and vertical coordinate (1, 32, 32) of each pixel's centre."""
    axis = np.arange(SIDE, dtype=np.float32) + 0.5
    return axis[None, None, :], axis[None, :, None]


def _stroke(count: int, generator: np.random.Generator) -> _Pixels:
    """The fraction of each pixel (n, 32, 32) that a line segment covers, one segment for each image."""
    x, y = _grid()
    column = (count, 1, 1)
    left, top = (generator.uniform(0, SIDE, column).astype(np.float32) for _ in range(2))
    angle = generator.uniform(0, 2 * np.pi, column).astype(np.float32)
    length = generator.uniform(3, 14, column).astype(np.float32)
    width = generator.uniform(0.6, 1.6, column).astype(np.float32)
    cosine, sine = np.cos(angle), np.sin(angle)
    along = np.clip((x - left) * cosine + (y - top) * sine, 0, length)
    distance = np.hypot(x - left - along * cosine, y - top - along * sine)
    cover: _Pixels = np.clip(0.5 + width - distance, 0, 1)
    return cover


def _shape_cover(
    labels: NDArray[np.int32], difficulty: Difficulty, generator: np.random.Generator
) -> _Pixels:
    """The fraction of each pixel (n, 32, 32) that a shape covers, one shape for each image."""
    count = len(labels)
    column = (count, 1, 1)
    radius = generator.uniform(*difficulty.radius, column).astype(np.float32)
    margin = 0.85 * radius
    centre = (generator.uniform(margin, SIDE - margin).astype(np.float32) for _ in range(2))
    angle = np.deg2rad(generator.uniform(-difficulty.turn, difficulty.turn, column)).astype(np.float32)
    mirror = generator.choice(np.array([-1, 1], np.float32), column)
    x, y = (axis - place for axis, place in zip(_grid(), centre, strict=True))
    stretch = difficulty.stretch ** generator.uniform(-1, 1, column).astype(np.float32)
    u = mirror * (np.cos(angle) * x + np.sin(angle) * y) / (radius * stretch)
    v = (np.cos(angle) * y - np.sin(angle) * x) / (radius / stretch)
    cover = np.empty((count, SIDE, SIDE), np.float32)
    for label, (_, shape) in enumerate(SHAPES):
        mine = labels == label
        cover[mine] = np.clip(0.5 - radius[mine] * shape(u[mine], v[mine]), 0, 1)
    return cover

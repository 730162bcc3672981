"""Synthetic images as their difficulty describes them."""

import numpy as np
import pytest

from reglab.data.synthetic.drawing import Difficulty, draw_images
from reglab.data.synthetic.shapes import SHAPES

LABELS = np.repeat(np.arange(len(SHAPES), dtype=np.int32), 20)
PLAIN = Difficulty(strokes=0, clouds=0.0, noise=0.0)


def draw(difficulty: Difficulty) -> np.ndarray:
    return draw_images(LABELS, np.random.default_rng(1), difficulty).astype(np.float64) / 255


def test_contrast() -> None:
    """The colours of shape and background are apart, except for rounding and where the range clips them."""
    for image in draw(PLAIN):
        distances = np.linalg.norm(image - image[0, 0], axis=-1)
        clipped = np.any((image == 0) | (image == 1), axis=-1)[distances == distances.max()].any()
        assert clipped or distances.max() > PLAIN.contrast - 0.01


def test_larger_shapes_cover_more() -> None:
    """The covered part of the image grows with the square of the radius."""
    areas = [
        np.mean([np.any(image != image[0, 0], axis=-1).mean() for image in draw(Difficulty(**each))])
        for each in ({"radius": (r, r), "strokes": 0, "clouds": 0.0, "noise": 0.0} for r in (5.0, 10.0))
    ]
    assert areas[1] / areas[0] == pytest.approx(4, rel=0.2)


@pytest.mark.parametrize("field", ["strokes", "clouds", "noise"])
def test_what_disturbs(field: str) -> None:
    """Each of them changes images that are plain otherwise, and zero leaves them plain."""
    value = getattr(Difficulty(), field)
    changed = draw(Difficulty(**{"strokes": 0, "clouds": 0.0, "noise": 0.0, field: value}))
    assert np.abs(changed - draw(PLAIN)).max() > 0.02

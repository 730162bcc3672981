"""The picture of augmented images."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reglab.report.figures.preview import draw_preview


@pytest.mark.parametrize("channels", [1, 3])
def test_originals_and_versions_are_side_by_side(tmp_path: Path, channels: int) -> None:
    """Each image is a block of its grey; the first column is the original."""
    greys = np.array([[20, 60, 100], [140, 180, 220]], np.uint8)
    images = np.broadcast_to(greys[..., None, None, None], (2, 3, 24, 24, channels))
    draw_preview(images[:, 0], images[:, 1:], ["cat", "$dog"], "CNN + DA", tmp_path / "preview.png")
    with Image.open(tmp_path / "preview.png") as picture:
        assert picture.size == (533, 364)
        pixels = np.array(picture.convert("L")).astype(int)
    # Flat blocks of about the same size, row by row and from left to right.
    areas = [np.argwhere(abs(pixels - grey) <= 1) for grey in greys.ravel().astype(int)]
    assert min(map(len, areas)) > 10_000
    centres = np.array([np.median(area, axis=0) for area in areas]).reshape(2, 3, 2)
    assert (np.diff(centres[..., 1], axis=1) > 80).all()
    assert (np.diff(centres[..., 0], axis=0) > 80).all()


@pytest.mark.parametrize(("ending", "first"), [("PNG", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_the_ending_decides_the_format(tmp_path: Path, ending: str, first: bytes) -> None:
    """In capitals too; the same picture has the same bytes."""
    images = np.zeros((1, 2, 8, 8, 3), np.uint8)
    files = [tmp_path / f"{name}.{ending}" for name in "ab"]
    for file in files:
        draw_preview(images[:, 0], images[:, 1:], ["cat"], "CNN", file)
    assert files[0].read_bytes().startswith(first)
    assert files[0].read_bytes() == files[1].read_bytes()

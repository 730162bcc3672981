"""A picture of training images, and of what augmentation makes of each."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reglab.report.canvas import FAINT, LARGE, SMALL, Page

_SIDE, _GAP = 0.95, 0.08
_LEFT, _TOP = 0.95, 1.0


def draw_preview(
    originals: NDArray[np.uint8],
    versions: NDArray[np.uint8],
    names: Sequence[str],
    title: str,
    png: Path,
) -> None:
    """Draws each original, and beside it its versions.

    Args:
        originals: `(n, height, width, channels)`.
        versions: `(n, versions, height, width, channels)`.
        names: of the originals' classes.
        title: of the picture.
        png: file to write or replace.

    Raises:
        RunError: the system refused to write.
    """
    count = versions.shape[1]
    page = Page(
        _LEFT + (count + 1) * (_SIDE + _GAP) + 2 * _GAP, _TOP + len(originals) * (_SIDE + _GAP) + _GAP
    )
    page.write(_GAP, 0.15, title, size=LARGE, bold=True)
    page.write(_LEFT, _TOP - 0.25, "original", size=SMALL, colour=FAINT)
    page.write(_column(1), _TOP - 0.25, "as the network sees it in training", size=SMALL, colour=FAINT)
    for row, (original, name) in enumerate(zip(originals, names, strict=True)):
        top = _TOP + row * (_SIDE + _GAP)
        page.write(_GAP, top + _SIDE / 2 - 0.07, name, size=SMALL)
        for number, image in enumerate([original, *versions[row]]):
            _draw_image(page, _column(number), top, image)
    page.save_png(png)


def _column(number: int) -> float:
    """Left border of a column, inches; the originals stand a little apart."""
    return _LEFT + number * (_SIDE + _GAP) + (_GAP if number else 0)


def _draw_image(page: Page, left: float, top: float, image: NDArray[np.uint8]) -> None:
    axes = page.add_axes(left, top, _SIDE, _SIDE)
    axes.set_axis_off()
    grey = image.shape[-1] == 1
    axes.imshow(image[..., 0] if grey else image, cmap="gray" if grey else None, vmin=0, vmax=255)

"""The figure of training images and augmented versions of each."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reglab.report.figures.page import FAINT, INK, SMALL, Page, default_style, literal

_SIDE = 1.0
"""Side of an image with the space around it, inches."""


@default_style()
def draw_preview(
    originals: NDArray[np.uint8],
    versions: NDArray[np.uint8],
    names: Sequence[str],
    title: str,
    picture: Path,
) -> None:
    """Draws each original image, and its versions to the right of it.

    Args:
        originals: `(n, height, width, channels)` uint8.
        versions: `(n, versions, height, width, channels)` uint8.
        names: class names of the originals.
        title: title of the figure.
        picture: file to write or replace: PNG, SVG or PDF by its suffix.

    Raises:
        RunError: the system refused to write.
    """
    count, number, height, width, _ = versions.shape
    space = max(1, width // 12)
    # White, with space around every image and twice the space after the originals.
    mosaic = np.full(
        (count * (height + space), (number + 1) * (width + space) + space, versions.shape[-1]), 255, np.uint8
    )
    columns = [0, *(place * (width + space) + space for place in range(1, number + 1))]
    for row in range(count):
        top = row * (height + space)
        for left, image in zip(columns, [originals[row], *versions[row]], strict=True):
            mosaic[top : top + height, left : left + width] = image
    page = Page(1.1 + _SIDE * (number + 1), [0.3 + _SIDE * count], title=title)
    axes = page.strips[0].subplots()
    grey = mosaic.shape[-1] == 1
    axes.imshow(
        mosaic[..., 0] if grey else mosaic,
        cmap="gray" if grey else None,
        vmin=0,
        vmax=255,
        interpolation="nearest",
    )
    axes.spines[:].set_visible(False)
    axes.xaxis.tick_top()
    heads = ["original", "as the network sees it in training"]
    axes.set_xticks(columns[:2], heads, fontsize=SMALL, color=FAINT, horizontalalignment="left")
    centres = height / 2 + (height + space) * np.arange(count)
    axes.set_yticks(centres, [literal(name) for name in names], fontsize=SMALL, color=INK)
    axes.tick_params(length=0)
    page.lay_out()
    page.save(picture)

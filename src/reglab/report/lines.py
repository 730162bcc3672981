"""The three measured sets, drawn alike in every figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from reglab.report.canvas import FAINT, INK, SMALL, Page

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKERS = 6
"""On a line that has markers, whatever its length."""


@dataclass(frozen=True)
class Line:
    """How the curve of one measured set looks.

    Attributes:
        label: in the key.
        dashes: lengths of dash and space, in line widths; empty for solid.
        width: points.
        colour: `#rrggbb`; None for the experiment's own.
    """

    label: str
    dashes: tuple[float, ...]
    width: float
    colour: str | None = None

    def draw(
        self,
        axes: Axes,
        values: NDArray[np.float64],
        colour: str,
        *,
        marker: str = "",
        width: float | None = None,
        alpha: float = 1,
    ) -> None:
        """Draws a curve from epoch 1 on; of a single epoch, a dot.

        Args:
            axes: to draw on.
            values: `(epochs,)` float64, in the unit of the axes.
            colour: the experiment's.
            marker: the experiment's; empty for none.
            width: points; the line's own where left out.
            alpha: opacity, 0 to 1.
        """
        epochs = np.arange(1, len(values) + 1)
        axes.plot(
            epochs,
            values,
            color=self.colour or colour,
            linewidth=self.width if width is None else width,
            linestyle=(0.0, self.dashes) if self.dashes else "-",
            marker=marker or ("." if len(values) == 1 else ""),
            markersize=4.5,
            markevery=max(1, len(values) // _MARKERS),
            alpha=alpha,
        )


VALIDATION = Line("validation", (), 1.9)
CLEAN = Line("training images, clean", (4.0, 1.6), 1.4)
AS_TRAINED = Line("training, as trained", (1.0, 1.2), 1.1, FAINT)


def add_key(page: Page, left: float, top: float, colour: str = INK) -> None:
    """The key of the three lines, side by side.

    Args:
        page: to write on.
        left: inches from the page's left side.
        top: inches from the page's upper side.
        colour: of lines that have none of their own.
    """
    from matplotlib.lines import Line2D

    handles = [
        Line2D(
            [],
            [],
            color=line.colour or colour,
            linewidth=line.width,
            linestyle=(0.0, line.dashes) if line.dashes else "-",
            label=line.label,
        )
        for line in (VALIDATION, CLEAN, AS_TRAINED)
    ]
    page.figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(left / page.width, 1 - top / page.height),
        ncols=3,
        frameon=False,
        fontsize=SMALL,
        borderpad=0,
        borderaxespad=0,
        handlelength=2.6,
    )

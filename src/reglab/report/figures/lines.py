"""The look of the validation, clean and training curves, which is the same in every figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reglab.report.figures.page import FAINT, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

_MARKERS = 6
"""Approximate number of markers on a line, independent of its length."""


@dataclass(frozen=True)
class Line:
    """The look of one kind of curve.

    Attributes:
        label: text in the legend.
        dashes: lengths of dash and space, in line widths; empty for solid.
        width: width of the line, points.
        colour: `#rrggbb`; None for the experiment's colour.
    """

    label: str
    dashes: tuple[float, ...]
    width: float
    colour: str | None = None

    def draw(self, axes: Axes, values: NDArray[np.float64], colour: str, **look: Any) -> None:
        """Draws a curve from epoch 1 on; a single epoch is a dot.

        Args:
            axes: to draw on.
            values: `(epochs,)` float64, in the unit of the axes.
            colour: colour of the experiment.
            look: properties of Matplotlib's `Line2D` that replace those of this line.
        """
        default = {"marker": "." if len(values) == 1 else "", "markersize": 4.5}
        if look.get("marker") == "":
            del look["marker"]
        markevery = max(1, len(values) // _MARKERS)
        epochs = np.arange(1, len(values) + 1)
        axes.plot(epochs, values, markevery=markevery, **{**self._look(colour), **default, **look})

    def build_handle(self, colour: str = INK) -> Line2D:
        """Builds the entry of the legend; `colour` is used if the line has no colour."""
        from matplotlib.lines import Line2D

        return Line2D([], [], label=self.label, **self._look(colour))

    def _look(self, colour: str) -> dict[str, Any]:
        style = (0.0, self.dashes) if self.dashes else "-"
        return {"color": self.colour or colour, "linewidth": self.width, "linestyle": style}


VALIDATION = Line("validation", (), 1.9)
CLEAN = Line("training images, clean", (4.0, 1.6), 1.4)
AS_TRAINED = Line("training, as trained", (1.0, 1.2), 1.1, FAINT)


def build_legend(colour: str = INK) -> list[Line2D]:
    """Builds the legend of the three curves."""
    return [line.build_handle(colour) for line in (VALIDATION, CLEAN, AS_TRAINED)]

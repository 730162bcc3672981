"""A page that is laid out by hand, in inches, and drawn without Matplotlib's global state.

Automatic layout draws everything several times; twelve experiments would take seconds.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reglab.files import atomic_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#222222"
FAINT = "#666666"
WARNING = "#a03000"
SMALL, NORMAL, LARGE = 8.5, 9.5, 14.0
"""Font sizes, points."""
LINE = 0.17
"""Height of a line of small text, inches."""
_DOTS_PER_INCH = 130


class Page:
    """A figure whose places are given in inches from its upper left corner.

    Args:
        width: inches.
        height: inches.
    """

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.figure import Figure

        self.width = width
        self.height = height
        self.figure: Figure = Figure(figsize=(width, height), dpi=_DOTS_PER_INCH, facecolor="white")

    def add_axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes without frame on top and right, with a faint grid; all four numbers in inches."""
        axes = self.figure.add_axes(
            (
                left / self.width,
                1 - (top + height) / self.height,
                width / self.width,
                height / self.height,
            )
        )
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(FAINT)
        axes.tick_params(labelsize=SMALL, colors=INK, length=3)
        axes.grid(color="#e6e6e6", linewidth=0.7)
        axes.set_axisbelow(True)
        return axes

    def write(
        self,
        left: float,
        top: float,
        text: str,
        *,
        size: float = NORMAL,
        colour: str = INK,
        bold: bool = False,
    ) -> None:
        """Text whose upper left corner is at (left, top), inches."""
        self.figure.text(
            left / self.width,
            1 - top / self.height,
            literal(text),
            fontsize=size,
            color=colour,
            fontweight="bold" if bold else "normal",
            verticalalignment="top",
        )

    def save_png(self, path: Path) -> None:
        """Writes the page as PNG, atomically; raises RunError where the system refuses."""
        with atomic_path(path) as temporary:
            # Pillow's own level takes twice the time for a few percent of the size.
            self.figure.savefig(temporary, format="png", dpi=_DOTS_PER_INCH, pil_kwargs={"compress_level": 3})

    def save_svg(self, path: Path) -> None:
        """Writes the page as SVG, atomically, the same bytes for the same page."""
        from matplotlib import rc_context

        with atomic_path(path) as temporary, rc_context({"svg.hashsalt": "reglab"}):
            self.figure.savefig(temporary, format="svg", metadata={"Date": None})


def literal(text: str) -> str:
    """Text in which a dollar is a dollar; Matplotlib would read two of them as a formula."""
    return text.replace("$", r"\$")


def limit_epochs(axes: Axes, last: int) -> None:
    """The epoch axis from 1 to `last`, with a few whole numbers on it."""
    from matplotlib.ticker import MaxNLocator

    # A little before the first epoch, or the dot of a run of one epoch would be cut in half.
    axes.set_xlim((0.5, 1.5) if last == 1 else (1 - 0.02 * (last - 1), last))
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))


def label_epochs(axes: Axes) -> None:
    """The name of the epoch axis."""
    axes.set_xlabel("epoch", fontsize=SMALL, color=INK, labelpad=2)


def label_y(axes: Axes, text: str) -> None:
    """The name of the vertical axis, with its unit."""
    axes.set_ylabel(text, fontsize=SMALL, color=INK)

"""A page: a head of text and strips of axes below it, drawn without Matplotlib's global state."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from reglab.files import atomic_path

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

FORMATS = (".png", ".svg", ".pdf")
"""Suffixes of the files that `Page.save` writes."""
INK = "#222222"
FAINT = "#666666"
_WARNING = "#a03000"
SMALL, NORMAL = 8.5, 9.5
_LARGE = 14.0
"""Font sizes, points."""
_LINE = 0.17
"""Height of a line of small text, inches."""
_MARGIN = 0.15
"""Space to the left of the head, inches."""
_LETTERS_PER_INCH = 15
_DOTS_PER_INCH = 130


@contextmanager
def default_style() -> Iterator[None]:
    """Matplotlib's defaults instead of the settings of the user, within the block or the decorated function.

    A `matplotlibrc` may ask for LaTeX or for fonts that are not installed. Letters that the font lacks are
    drawn as boxes, without a warning for each.
    """
    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


class Page:
    """A figure with a head of text and strips of axes, which Matplotlib's constrained layout arranges.

    Args:
        width: inches.
        heights: heights of the strips from top to bottom, inches.
        title: first line of the head.
        subtitle: second line of the head.
        notes: warnings below the subtitle, wrapped if they are longer than a line.
        legend: handles of a legend, the last line of the head.

    Attributes:
        figure: Matplotlib's figure.
        strips: one subfigure for each height.
    """

    def __init__(
        self,
        width: float,
        heights: Sequence[float],
        *,
        title: str,
        subtitle: str = "",
        notes: Sequence[str] = (),
        legend: Sequence[Artist] = (),
    ) -> None:
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine

        lines = [line for note in notes for line in wrap(note, int(width * _LETTERS_PER_INCH))]
        head = 0.5 + (0.25 if subtitle else 0) + _LINE * len(lines) + (0.36 if legend else 0)
        self.figure = Figure(
            figsize=(width, head + sum(heights)),
            dpi=_DOTS_PER_INCH,
            facecolor="white",
            layout=ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.13, wspace=0, hspace=0),
        )
        first, *strips = self.figure.subfigures(
            1 + len(heights), height_ratios=[head, *heights], squeeze=False
        )[:, 0]
        self.strips: tuple[SubFigure, ...] = tuple(strips)

        def write(top: float, text: str, size: float, colour: str, weight: str = "normal") -> None:
            first.text(
                _MARGIN / width,
                1 - top / head,
                literal(text),
                fontsize=size,
                color=colour,
                fontweight=weight,
                verticalalignment="top",
            )

        write(0.18, title, _LARGE, INK, "bold")
        write(0.5, subtitle, NORMAL, FAINT)
        for number, line in enumerate(lines):
            write(0.72 + _LINE * number, line, SMALL, _WARNING)
        if legend:
            first.legend(
                handles=list(legend),
                loc="lower left",
                bbox_to_anchor=(_MARGIN / width, 0.12 / head),
                ncols=len(legend),
                frameon=False,
                fontsize=SMALL,
                borderpad=0,
                borderaxespad=0,
                handlelength=2.6,
            )

    def lay_out(self) -> None:
        """Arranges the axes, once, so that all formats have the same layout."""
        if engine := self.figure.get_layout_engine():
            engine.execute(self.figure)
        self.figure.set_layout_engine("none")

    def save(self, path: Path) -> None:
        """Writes the page in the format of the suffix, one of `FORMATS`; raises as `save_png`."""
        {".png": self.save_png, ".svg": self.save_svg, ".pdf": self.save_pdf}[path.suffix.lower()](path)

    def save_png(self, path: Path) -> None:
        """Writes the page as PNG, atomically; raises RunError if the system refuses."""
        with atomic_path(path) as temporary:
            # Pillow's default level takes twice the time and makes the file only a few percent smaller.
            self.figure.savefig(temporary, format="png", dpi=_DOTS_PER_INCH, pil_kwargs={"compress_level": 3})

    def save_svg(self, path: Path) -> None:
        """Writes the page as SVG, atomically, with the same bytes for the same page; raises as `save_png`."""
        from matplotlib import rc_context

        with atomic_path(path) as temporary, rc_context({"svg.hashsalt": "reglab"}):
            self.figure.savefig(temporary, format="svg", metadata={"Date": None})

    def save_pdf(self, path: Path) -> None:
        """Writes the page as PDF, atomically, with the same bytes for the same page; raises as `save_png`."""
        with atomic_path(path) as temporary:
            self.figure.savefig(temporary, format="pdf", metadata={"CreationDate": None})


def style_axes(axes: Axes, y: str = "", x: str = "epoch", title: str = "") -> None:
    """Applies the style of all figures to axes: a faint grid, no frame at the top and right.

    Args:
        axes: to style.
        y: label of the vertical axis, with its unit.
        x: label of the horizontal axis.
        title: above the axes, on the left.
    """
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(labelsize=SMALL, colors=INK, length=3)
    axes.grid(color="#e6e6e6", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_xlabel(x, fontsize=SMALL, color=INK, labelpad=2)
    axes.set_ylabel(y, fontsize=SMALL, color=INK)
    axes.set_title(title, loc="left", fontsize=NORMAL, fontweight="bold", color=INK)


def limit_epochs(axes: Axes, last: int) -> None:
    """Sets the limits of the epoch axis to 1 and `last`, with a few whole numbers as ticks."""
    from matplotlib.ticker import MaxNLocator

    # It starts a little before epoch 1, so that a marker at epoch 1 is not cut in half.
    axes.set_xlim((0.5, 1.5) if last == 1 else (1 - 0.02 * (last - 1), last))
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))


def literal(text: str) -> str:
    """Escapes dollar signs, because Matplotlib reads the text between two of them as a formula."""
    return text.replace("$", r"\$")

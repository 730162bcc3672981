"""Labels at the ends of curves, moved apart where they would overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reglab.report.figures.page import SMALL, literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text


@dataclass(frozen=True)
class EndLabel:
    """The label of one curve.

    Attributes:
        text: the label.
        x: horizontal end of the curve, data units.
        y: vertical end of the curve, data units.
        line: colour of the line from the end of the curve to the label.
        ink: colour of the text.
    """

    text: str
    x: float
    y: float
    line: str
    ink: str


class EndLabels:
    """The labels of all curves of some axes, to the right of the axes.

    The constructor adds the labels, so that the layout makes room for them. The distance that they need
    depends on the height of the axes, which is known only after the layout; then `place` moves them.

    Args:
        axes: the axes; their limits must be final.
        labels: one for each curve.
    """

    def __init__(self, axes: Axes, labels: Sequence[EndLabel]) -> None:
        self._axes = axes
        self._labels = labels
        self._texts: list[Text] = [
            axes.text(
                1.045,
                0.5,
                literal(label.text),
                transform=axes.transAxes,
                color=label.ink,
                fontsize=SMALL,
                verticalalignment="center_baseline",
            )
            for label in labels
        ]

    def place(self) -> None:
        """Moves the labels to the ends of their curves; must be called after the layout."""
        from matplotlib.lines import Line2D

        axes = self._axes
        (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
        ends = [(label.y - bottom) / (top - bottom) for label in self._labels]
        spacing = SMALL * 1.3 / 72 * axes.figure.dpi / axes.get_window_extent().height
        places = spread_positions(ends, spacing)
        for label, text, end, place in zip(self._labels, self._texts, ends, places, strict=True):
            x = (label.x - left) / (right - left)
            text.set_y(place)
            axes.add_line(
                Line2D(
                    [x, max(x, 1.0), 1.035],
                    [end, end, place],
                    transform=axes.transAxes,
                    color=label.line,
                    linewidth=0.7,
                    alpha=0.6,
                    clip_on=False,
                )
            )


def spread_positions(positions: Sequence[float], spacing: float) -> list[float]:
    """Moves positions in [0, 1] as little as possible so that no two are closer than `spacing`.

    This is least squares with order constraints: after i · spacing is subtracted from the i-th smallest
    position, the solution has to be non-decreasing, and pooling adjacent violators finds it (Ayer et al.,
    1955). SciPy has this algorithm too, but takes a second to load.

    Args:
        positions: where the labels should be.
        spacing: smallest distance; reduced to 1 / (n − 1) if the n positions would not fit otherwise.

    Returns:
        The new positions, in the order of `positions`.
    """
    count = len(positions)
    spacing = min(spacing, 1 / max(1, count - 1))
    order = sorted(range(count), key=lambda index: positions[index])
    blocks: list[tuple[float, int]] = []
    for rank, index in enumerate(order):
        total, size = positions[index] - rank * spacing, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / size:
            before, members = blocks.pop()
            total, size = total + before, size + members
        blocks.append((total, size))
    means = [total / size for total, size in blocks for _ in range(size)]
    room = 1 - (count - 1) * spacing
    spread = [0.0] * count
    for rank, index in enumerate(order):
        spread[index] = min(max(means[rank], 0.0), room) + rank * spacing
    return spread

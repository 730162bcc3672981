"""Labels at the ends of curves, moved apart where they would overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reglab.report.canvas import SMALL, literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class EndLabel:
    """What stands at the end of a curve.

    Attributes:
        text: the label.
        x: where the curve ends, data units.
        y: where the curve ends, data units.
        line: colour of the line that leads from there to the label.
        ink: colour of the text.
    """

    text: str
    x: float
    y: float
    line: str
    ink: str


def spread_positions(positions: Sequence[float], spacing: float) -> list[float]:
    """Moves positions in [0, 1] as little as possible so that no two are closer than `spacing`.

    Least squares under order constraints: after taking i · spacing from the i-th smallest, the
    solution has to be non-decreasing, which pooling adjacent violators finds (Ayer et al., 1955).

    Args:
        positions: where the labels would like to be.
        spacing: smallest distance; lessened to 1 / (n − 1) where they would not fit otherwise.

    Returns:
        The new positions, in the order of the old.
    """
    count = len(positions)
    if count < 2:
        return [min(max(position, 0.0), 1.0) for position in positions]
    spacing = min(spacing, 1 / (count - 1))
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


def draw_end_labels(axes: Axes, labels: Sequence[EndLabel], height: float) -> None:
    """Writes labels to the right of the axes and leads a thin line from each curve's end to its own.

    Args:
        axes: whose limits are final.
        labels: one a curve.
        height: of the axes, inches.
    """
    from matplotlib.lines import Line2D

    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    ends = [(label.y - bottom) / (top - bottom) for label in labels]
    spacing = SMALL * 1.3 / 72 / height
    for label, end, place in zip(labels, ends, spread_positions(ends, spacing), strict=True):
        x = (label.x - left) / (right - left)
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
        axes.text(
            1.045,
            place,
            literal(label.text),
            transform=axes.transAxes,
            color=label.ink,
            fontsize=SMALL,
            verticalalignment="center_baseline",
        )

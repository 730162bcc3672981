"""One quantity of all experiments in one picture, each curve labelled at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.spread import Spread
from reglab.report.canvas import INK, NORMAL, label_epochs, label_y, limit_epochs
from reglab.report.labels import EndLabel, draw_end_labels
from reglab.report.lines import CLEAN, VALIDATION
from reglab.report.palette import Style
from reglab.report.wording import shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH = 1.6
"""Of a solid line, points; many lie close together here."""
_LETTERS = 27
"""Of a title, in a label."""


@dataclass(frozen=True)
class Overlay:
    """What an overlay shows of every experiment.

    Attributes:
        title: of the picture.
        axis: name of the vertical axis, with its unit.
        validation: column of the history, drawn solid.
        clean: column of the history, drawn dashed; None for none.
        final: what the label says: the number at the end of every seed.
        factor: from the column's unit to the axis's.
        digits: after the point, in the labels.
    """

    title: str
    axis: str
    validation: str
    clean: str | None
    final: Callable[[ExperimentResult], Spread]
    factor: float
    digits: int


ACCURACY = Overlay(
    "Validation accuracy of all",
    "accuracy (%)",
    "val_accuracy",
    None,
    lambda result: result.final_val_accuracy,
    100,
    1,
)
CROSS_ENTROPY = Overlay(
    "Cross-entropy of all, without penalties",
    "cross-entropy (nats)",
    "val_cross_entropy",
    "clean_cross_entropy",
    lambda result: result.final_val_cross_entropy,
    1,
    2,
)


def draw_overlay(
    axes: Axes,
    overlay: Overlay,
    results: Sequence[ExperimentResult],
    styles: Mapping[str, Style],
    height: float,
) -> None:
    """Draws the mean curves, bands that span the seeds, and a label with the final number at each end.

    Args:
        axes: to draw on; 2.8 inches to the right of it are for the labels.
        overlay: what of the experiments.
        results: the experiments.
        styles: by name.
        height: of the axes, inches.
    """
    labels = []
    for result in results:
        style = styles[result.name]
        curve = result.curve(overlay.validation)
        if len(result.runs) > 1:
            axes.fill_between(
                curve.epochs,
                overlay.factor * curve.low,
                overlay.factor * curve.high,
                color=style.colour,
                alpha=0.12,
                linewidth=0,
            )
        if overlay.clean is not None:
            clean = result.curve(overlay.clean)
            CLEAN.draw(axes, overlay.factor * clean.mean, style.colour, width=1)
        VALIDATION.draw(axes, overlay.factor * curve.mean, style.colour, marker=style.marker, width=_WIDTH)
        final = overlay.factor * overlay.final(result).mean
        text = f"{final:.{overlay.digits}f}  {shorten(result.title, _LETTERS)}"
        end = overlay.factor * float(curve.mean[-1])
        labels.append(EndLabel(text, float(curve.epochs[-1]), end, style.colour, style.ink))
    if overlay.clean is not None:
        axes.set_ylim(bottom=0)
    limit_epochs(axes, max(max(result.epochs_trained) for result in results))
    label_epochs(axes)
    label_y(axes, overlay.axis)
    axes.set_title(overlay.title, loc="left", y=1, fontsize=NORMAL, fontweight="bold", color=INK)
    draw_end_labels(axes, labels, height)

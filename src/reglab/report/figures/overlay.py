"""Axes with one metric of all experiments, each curve with a label at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.metrics import Metric
from reglab.report.figures.end_labels import EndLabel, EndLabels
from reglab.report.figures.lines import CLEAN, VALIDATION
from reglab.report.figures.page import limit_epochs
from reglab.report.figures.palette import Style
from reglab.report.wording import shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH = 1.6
"""Width of a solid line, points; thinner than in other figures, since many curves are close together."""
_LETTERS = 27
"""Largest number of letters of a title in a label."""


def draw_overlay(
    axes: Axes,
    validation: Metric,
    clean: Metric | None,
    results: Sequence[ExperimentResult],
    styles: Mapping[str, Style],
) -> EndLabels:
    """Draws the mean curves, bands that span the seeds, and a label with the final number at each end.

    Args:
        axes: to draw on.
        validation: metric of the solid curves.
        clean: metric of the dashed curves; the axis then starts at zero. None for no dashed curves.
        results: the experiments.
        styles: style of each experiment, by its name.

    Returns:
        The labels; call `place` after the layout.
    """
    factor, labels = validation.unit.factor, []
    for result in results:
        style, curve = styles[result.name], result.curve(validation)
        if len(result.runs) > 1:
            low, high = factor * curve.low, factor * curve.high
            axes.fill_between(curve.epochs, low, high, color=style.colour, alpha=0.12, linewidth=0)
        if clean is not None:
            CLEAN.draw(axes, factor * result.curve(clean).mean, style.colour, linewidth=1)
        VALIDATION.draw(axes, factor * curve.mean, style.colour, marker=style.marker, linewidth=_WIDTH)
        final = result.final(validation)
        number = validation.format(final.mean if final else None)
        labels.append(
            EndLabel(
                f"{number}  {shorten(result.title, _LETTERS)}",
                float(curve.epochs[-1]),
                factor * float(curve.mean[-1]),
                style.colour,
                style.ink,
            )
        )
    if clean is not None:
        axes.set_ylim(bottom=0)
    limit_epochs(axes, max(max(result.epochs_trained) for result in results))
    return EndLabels(axes, labels)

"""The generalization gap of every experiment, as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.metrics import Metric
from reglab.analysis.spread import Spread
from reglab.report.figures.page import INK, SMALL, literal
from reglab.report.figures.palette import Style
from reglab.report.wording import shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LETTERS = 36
"""Largest number of letters of a title beside its bar."""


def draw_gap_bars(
    axes: Axes, gap: Metric, results: Sequence[ExperimentResult], styles: Mapping[str, Style]
) -> None:
    """Draws one bar for each experiment, from top to bottom, and a dot for each of several seeds.

    Args:
        axes: to draw on.
        gap: the metric.
        results: the experiments; their titles are on the left.
        styles: style of each experiment, by its name.
    """
    spreads = [result.final(gap) or Spread((float("nan"),)) for result in results]
    extremes = [0.0]
    for place, (result, spread) in enumerate(zip(results, spreads, strict=True)):
        values = [gap.unit.factor * value for value in spread.values]
        mean, several = gap.unit.factor * spread.mean, len(values) > 1
        axes.barh(place, mean, height=0.62, color=styles[result.name].colour, alpha=0.8)
        if several:
            axes.plot(values, [place] * len(values), "o", markersize=3.2, color="white", markeredgecolor=INK)
        axes.annotate(
            gap.format(spread),
            (max(0.0, *values, mean), place),
            xytext=(8 if several else 4, 0),
            textcoords="offset points",
            fontsize=SMALL,
            color=INK,
            verticalalignment="center",
        )
        extremes += [value for value in values if np.isfinite(value)]
    low, high = min(extremes), max(extremes)
    span = high - low or 1.0
    axes.axvline(0, color=INK, linewidth=0.8)
    # Room on the right for the number at the end of the longest bar.
    axes.set_xlim(low - (0.04 * span if low < 0 else 0), high + 0.28 * span)
    axes.set_ylim(len(results) - 0.4, -0.6)
    axes.set_yticks(np.arange(len(results)), [literal(shorten(result.title, _LETTERS)) for result in results])
    # The right axes share the vertical axis of the left ones and have no labels, so lengths can differ.
    for label, result in zip(axes.get_yticklabels(), results, strict=False):
        label.set_color(styles[result.name].ink)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")

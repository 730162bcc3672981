"""The generalization gap of every experiment, as bars."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.spread import Spread
from reglab.report.canvas import INK, SMALL, literal
from reglab.report.palette import Style
from reglab.report.wording import format_nats, format_points, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LETTERS = 36
"""Of a title, beside its bar."""


@dataclass(frozen=True)
class Gap:
    """A kind of generalization gap.

    Attributes:
        axis: its name, with its unit.
        of: what it is for an experiment.
        words: how it is written.
        factor: from the number's unit to the axis's.
    """

    axis: str
    of: Callable[[ExperimentResult], Spread]
    words: Callable[[Spread], str]
    factor: float


ACCURACY_GAP = Gap(
    "accuracy, clean − validation (points)", lambda result: result.gap_accuracy, format_points, 100
)
CROSS_ENTROPY_GAP = Gap(
    "cross-entropy, validation − clean (nats)", lambda result: result.gap_cross_entropy, format_nats, 1
)


def draw_gap_bars(
    axes: Axes, gap: Gap, results: Sequence[ExperimentResult], styles: Mapping[str, Style]
) -> None:
    """A bar an experiment, from top to bottom; dots are the seeds where there are several.

    Args:
        axes: to draw on.
        gap: which gap.
        results: the experiments.
        styles: by name.
    """
    extremes = [0.0]
    for place, result in enumerate(results):
        spread = gap.of(result)
        values = [gap.factor * value for value in spread.values]
        mean = gap.factor * spread.mean
        axes.barh(place, mean, height=0.62, color=styles[result.name].colour, alpha=0.8)
        several = len(values) > 1
        if several:
            axes.plot(values, [place] * len(values), "o", markersize=3.2, color="white", markeredgecolor=INK)
        axes.annotate(
            gap.words(spread),
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
    # Room on the right for the number that stands at the end of the longest bar.
    axes.set_xlim(low - (0.04 * span if low < 0 else 0), high + 0.28 * span)
    axes.set_ylim(len(results) - 0.4, -0.6)
    axes.set_yticks(np.arange(len(results)), [""] * len(results))
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(gap.axis, fontsize=SMALL, color=INK)


def label_bars(axes: Axes, results: Sequence[ExperimentResult], styles: Mapping[str, Style]) -> None:
    """Writes the experiments' titles to the left of their bars."""
    titles = [literal(shorten(result.title, _LETTERS)) for result in results]
    for text, result in zip(axes.set_yticklabels(titles), results, strict=True):
        text.set_color(styles[result.name].ink)

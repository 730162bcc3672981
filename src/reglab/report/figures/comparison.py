"""The figure of a comparison: a panel for each experiment, two panels with all, and the gaps as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reglab.analysis.comparison import Comparison
from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.metrics import (
    ACCURACY_GAP,
    CLEAN_ACCURACY,
    CLEAN_CROSS_ENTROPY,
    CROSS_ENTROPY_GAP,
    TRAIN_ACCURACY,
    VALIDATION_ACCURACY,
    VALIDATION_CROSS_ENTROPY,
)
from reglab.report.figures.accuracy import draw_experiment
from reglab.report.figures.gap_bars import draw_gap_bars
from reglab.report.figures.lines import build_legend
from reglab.report.figures.overlay import draw_overlay
from reglab.report.figures.page import Page, default_style, limit_epochs, style_axes
from reglab.report.figures.palette import Style, assign_styles
from reglab.report.wording import describe_data, describe_seeds

if TYPE_CHECKING:
    from matplotlib.figure import SubFigure

# All in inches.
_WIDTH = 13.0
_PANEL = 2.85
_BAR = 0.3


@default_style()
def draw_comparison(comparison: Comparison, png: Path, svg: Path) -> None:
    """Draws the figure of a comparison in two formats.

    Args:
        comparison: the comparison.
        png: file to write or replace, at 130 dots per inch.
        svg: file to write or replace, with the same page as vectors.

    Raises:
        RunError: the system refused to write.
    """
    page = build_comparison(comparison)
    page.save_png(png)
    page.save_svg(svg)


@default_style()
def build_comparison(comparison: Comparison) -> Page:
    """Builds and lays out the page of a comparison."""
    results = comparison.experiments
    styles = assign_styles([result.name for result in results])
    columns = _count_columns(len(results))
    rows = ceil(len(results) / columns)
    subtitle = f"{describe_data(comparison)}; {describe_seeds(comparison)}"
    if max(len(result.runs) for result in results) > 1:
        subtitle += "; thin lines and bands are the seeds, thick lines their mean"
    if comparison.value != "final":
        subtitle += "; numbers are final"
    page = Page(
        _WIDTH,
        [_PANEL * rows, max(4.2, 1 + 0.165 * len(results)), _BAR * len(results) + 1.05],
        title=f"{len(results)} experiments" if len(results) > 1 else results[0].title,
        subtitle=subtitle,
        notes=[f"Note: {note}." for note in comparison.notes],
        legend=build_legend(),
    )
    panels, overlays, bars = page.strips

    _draw_panels(panels, results, styles, columns)
    left, right = overlays.subplots(1, 2)
    style_axes(left, "accuracy (%)", title="Validation accuracy")
    style_axes(right, "cross-entropy (nats)", title="Cross-entropy, without penalties")
    labels = (
        draw_overlay(left, VALIDATION_ACCURACY, None, results, styles),
        draw_overlay(right, VALIDATION_CROSS_ENTROPY, CLEAN_CROSS_ENTROPY, results, styles),
    )

    left, right = bars.subplots(1, 2, sharey=True)
    style_axes(left, x="accuracy, clean − validation (points)", title="Generalization gap at the end")
    style_axes(right, x="cross-entropy, validation − clean (nats)")
    draw_gap_bars(left, ACCURACY_GAP, results, styles)
    draw_gap_bars(right, CROSS_ENTROPY_GAP, results, styles)

    page.lay_out()
    for label in labels:
        label.place()
    return page


def _draw_panels(
    strip: SubFigure, results: Sequence[ExperimentResult], styles: Mapping[str, Style], columns: int
) -> None:
    from matplotlib.ticker import MaxNLocator

    limits = _accuracy_limits(results)
    last = max(max(result.epochs_trained) for result in results)
    # A single experiment gets half of the width.
    shown = max(columns, 2)
    grid = strip.subplots(ceil(len(results) / columns), shown, squeeze=False)
    for place, axes in enumerate(grid.flat):
        if place >= len(results):
            axes.remove()
            continue
        style_axes(axes, "" if place % columns else "accuracy (%)")
        draw_experiment(axes, results[place], styles[results[place].name], _WIDTH / shown - 0.5)
        axes.set_ylim(limits)
        limit_epochs(axes, last)
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axes.tick_params(labelleft=place % columns == 0)
        if place < len(results) - columns:
            axes.set_xlabel("")


def _count_columns(experiments: int) -> int:
    """Number of panels in a row, at most four: as few rows as possible, the last one as full as possible."""
    if experiments <= 4:
        return experiments
    return ceil(experiments / ceil(experiments / 4))


def _accuracy_limits(results: Sequence[ExperimentResult]) -> tuple[float, float]:
    """Limits of the axis in percent: multiples of ten that include every curve, and 1 more at the top."""
    metrics = (TRAIN_ACCURACY, CLEAN_ACCURACY, VALIDATION_ACCURACY)
    values = np.concatenate(
        [metric.read_curve(run.history) for result in results for run in result.runs for metric in metrics]
    )
    values = values[np.isfinite(values)]
    low = 10 * floor(10 * float(values.min(initial=1.0)))
    high = 10 * ceil(10 * float(values.max(initial=0.0)) - 1e-9)
    return max(0.0, min(low, 90.0)), max(high, low + 10.0) + 1

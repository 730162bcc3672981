"""The figure of a comparison: a panel an experiment, overlays of all, and the generalization gaps."""

from collections.abc import Mapping, Sequence
from math import ceil, floor
from pathlib import Path
from textwrap import wrap

import numpy as np

from reglab.analysis.comparison import Comparison
from reglab.analysis.experiment import ExperimentResult
from reglab.report.accuracy_panel import draw_accuracy_panel
from reglab.report.canvas import (
    FAINT,
    LARGE,
    LINE,
    NORMAL,
    SMALL,
    WARNING,
    Page,
    label_epochs,
    label_y,
    limit_epochs,
)
from reglab.report.gap_bars import ACCURACY_GAP, CROSS_ENTROPY_GAP, draw_gap_bars, label_bars
from reglab.report.lines import add_key
from reglab.report.overlay import ACCURACY, CROSS_ENTROPY, draw_overlay
from reglab.report.palette import Style, assign_styles
from reglab.report.wording import describe_data, describe_seeds

# All in inches.
_WIDTH = 13.0
_MARGIN = 0.65
_PANEL_HEIGHT = 1.9
_PANEL_ROW = 2.75
"""A panel with its title above and its epoch axis below."""
_BETWEEN_PANELS = 0.3
_LABELS = 2.8
"""To the right of an overlay."""
_BAR = 0.3
_BAR_TITLES = 2.6


def draw_comparison(comparison: Comparison, png: Path, svg: Path) -> None:
    """Draws the figure of a comparison, twice.

    Args:
        comparison: what to draw.
        png: file to write or replace, 130 dots an inch.
        svg: the same as vectors.

    Raises:
        RunError: the system refused to write.
    """
    results = comparison.experiments
    styles = assign_styles([result.name for result in results])
    head = [line for note in comparison.notes for line in wrap(f"Note: {note}.", 170)]
    columns = _count_columns(len(results))
    panels = 0.25 + LINE * (3 + len(head)) + 0.75
    overlays = panels + _PANEL_ROW * ceil(len(results) / columns)
    overlay_height = max(3.2, 0.165 * len(results))
    bars = overlays + overlay_height + 1.15
    page = Page(_WIDTH, bars + _BAR * len(results) + 0.75)

    _write_head(page, comparison, head)
    _draw_panels(page, results, styles, panels, columns)
    _draw_overlays(page, results, styles, overlays, overlay_height)
    _draw_bars(page, results, styles, bars)
    page.save_png(png)
    page.save_svg(svg)


def _write_head(page: Page, comparison: Comparison, notes: Sequence[str]) -> None:
    count = len(comparison.experiments)
    title = f"{count} experiments, side by side" if count > 1 else comparison.experiments[0].title
    page.write(_MARGIN, 0.2, title, size=LARGE, bold=True)
    subtitle = f"{describe_data(comparison)}; {describe_seeds(comparison)}"
    if max(len(result.runs) for result in comparison.experiments) > 1:
        subtitle += ", thin lines and bands; strong lines are their mean"
    page.write(_MARGIN, 0.5, subtitle, colour=FAINT)
    for number, note in enumerate(notes):
        page.write(_MARGIN, 0.72 + LINE * number, note, size=SMALL, colour=WARNING)
    add_key(page, _MARGIN, 0.76 + LINE * len(notes))


def _draw_panels(
    page: Page, results: Sequence[ExperimentResult], styles: Mapping[str, Style], top: float, columns: int
) -> None:
    from matplotlib.ticker import MaxNLocator

    limits = _accuracy_limits(results)
    last = max(max(result.epochs_trained) for result in results)
    shown = max(columns, 2)
    width = (_WIDTH - _MARGIN - 0.3 - _BETWEEN_PANELS * (shown - 1)) / shown
    for position, result in enumerate(results):
        row, column = divmod(position, columns)
        left = _MARGIN + column * (width + _BETWEEN_PANELS)
        axes = page.add_axes(left, top + row * _PANEL_ROW, width, _PANEL_HEIGHT)
        draw_accuracy_panel(axes, result, styles[result.name], width)
        axes.set_ylim(limits)
        limit_epochs(axes, last)
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        if position >= len(results) - columns:
            label_epochs(axes)
        if column:
            axes.tick_params(labelleft=False)
        else:
            label_y(axes, "accuracy (%)")


def _draw_overlays(
    page: Page, results: Sequence[ExperimentResult], styles: Mapping[str, Style], top: float, height: float
) -> None:
    half = (_WIDTH - _MARGIN) / 2
    for number, overlay in enumerate((ACCURACY, CROSS_ENTROPY)):
        left = _MARGIN + number * half
        axes = page.add_axes(left, top, half - _LABELS, height)
        draw_overlay(axes, overlay, results, styles, height)


def _draw_bars(
    page: Page, results: Sequence[ExperimentResult], styles: Mapping[str, Style], top: float
) -> None:
    page.write(_MARGIN, top - 0.3, "Generalization gap at the end", size=NORMAL, bold=True)
    width = (_WIDTH - _MARGIN - _BAR_TITLES - 0.3 - _BETWEEN_PANELS) / 2
    for number, gap in enumerate((ACCURACY_GAP, CROSS_ENTROPY_GAP)):
        left = _MARGIN + _BAR_TITLES + number * (width + _BETWEEN_PANELS)
        axes = page.add_axes(left, top, width, _BAR * len(results))
        draw_gap_bars(axes, gap, results, styles)
        if number == 0:
            label_bars(axes, results, styles)


def _count_columns(experiments: int) -> int:
    """Two to four panels side by side, the fewest rows, and the last row as full as it can be."""
    if experiments <= 4:
        return experiments
    rows = ceil(experiments / 4)
    return ceil(experiments / rows)


def _accuracy_limits(results: Sequence[ExperimentResult]) -> tuple[float, float]:
    """Multiples of ten percent around every curve."""
    columns = ("train_accuracy", "clean_accuracy", "val_accuracy")
    values = np.concatenate(
        [run.history.column(column) for result in results for run in result.runs for column in columns]
    )
    values = values[np.isfinite(values)]
    low = 10 * floor(10 * float(values.min(initial=1.0)))
    high = 10 * ceil(10 * float(values.max(initial=0.0)) - 1e-9)
    return max(0.0, min(low, 90.0)), max(high, low + 10.0) + 1

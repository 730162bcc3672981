"""The figure of effects: what each regularizer changes, alone and together with the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reglab.analysis.comparison import Comparison
from reglab.analysis.effects import Effects, MetricEffects
from reglab.analysis.metrics import ACCURACY_GAP
from reglab.analysis.spread import Spread
from reglab.report.effects import describe_design, describe_limits, describe_share, list_rows, read_effect
from reglab.report.figures.page import FAINT, INK, SMALL, Page, default_style, literal, style_axes
from reglab.report.figures.palette import assign_styles
from reglab.report.wording import describe_data, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# All in inches.
_WIDTH = 13.0
_ROW = 0.27
_AXIS = 0.85
"""Height of the title of the axes and the label below."""

_LETTERS = 42
"""Largest number of letters beside a bar."""
_ROOM = 0.05
"""Space beside the longest bar, in parts of the range."""


@dataclass(frozen=True)
class _Bar:
    """One row of a panel.

    Attributes:
        label: on the left.
        text: the number on the right.
        spread: length of the bar, with seeds and interval, a fraction.
        start: where the bar starts, a fraction.
        colour: of the bar.
        ink: of the label.
    """

    label: str
    text: str
    spread: Spread
    start: float
    colour: str
    ink: str


@default_style()
def draw_effects(comparison: Comparison, png: Path, svg: Path) -> bool:
    """Draws the figure in two formats, if the experiments are a factorial.

    Args:
        comparison: the comparison.
        png: file to write or replace.
        svg: file to write or replace, with the same page as vectors.

    Returns:
        Whether it was drawn.

    Raises:
        RunError: the system refused to write.
    """
    page = build_effects_page(comparison)
    if page is not None:
        page.save_png(png)
        page.save_svg(svg)
    return page is not None


@default_style()
def build_effects_page(comparison: Comparison) -> Page | None:
    """Builds and lays out the page; None if the experiments are not a factorial.

    The left panels are the effects on the validation accuracy, the right ones those on the gap. In the panels
    of the Shapley shares, each bar starts where the bar above ends, and the last bar is the whole gain.
    """
    effects = comparison.effects
    if effects is None:
        return None
    factors = effects.factorial.factors
    has_shares = effects.factorial.is_full and len(factors) > 1
    shown = "; dots: seeds, whiskers: 95 % intervals" if len(effects.factorial.seeds) > 1 else ""
    name = "" if comparison.value == "final" else f"; value: {comparison.value}"
    rows = [len(list_rows(effects)), *([len(factors) + 1] if has_shares else [])]
    heights = [_AXIS + _ROW * count for count in rows]
    page = Page(
        _WIDTH,
        [sum(heights)],
        title=f"Effects of {len(factors)} regularizers"
        if len(factors) > 1
        else f"Effect of {factors[0].title}",
        subtitle=f"{describe_data(comparison)}; {describe_design(effects.factorial)}{name}{shown}",
        notes=[f"{limit}." for limit in describe_limits(effects.factorial)],
    )
    # One grid, so that the panels below each other have the same width.
    grid = page.strips[0].subplots(
        len(rows), 2, sharey="row", squeeze=False, gridspec_kw={"height_ratios": heights}
    )
    main = "Main effects" if len(factors) > 1 else "Main effect"
    heading = f"{main} and interactions" if effects.factorial.pairs else main
    metrics = (
        (effects.accuracy, "validation accuracy (points; larger is better)"),
        (effects.gap, "gap (points; smaller is better)"),
    )
    for column, (metric, label) in enumerate(metrics):
        style_axes(grid[0, column], x=f"effect on {label}", title=heading)
        _draw_bars(grid[0, column], _list_effects(effects, metric))
        if has_shares:
            style_axes(grid[1, column], x=f"change of {label}", title="Shapley shares of the whole change")
            _draw_bars(grid[1, column], _list_shares(effects, metric))
    page.lay_out()
    return page


def _list_effects(effects: Effects, metric: MetricEffects) -> list[_Bar]:
    styles = assign_styles(effects.factorial.names)
    bars = []
    for term, title in list_rows(effects):
        spread = read_effect(metric, term)
        style = styles[term[0]] if len(term) == 1 else None
        colours = (style.colour, style.ink) if style else (FAINT, INK)
        bars.append(_Bar(title, ACCURACY_GAP.format_difference(spread), spread, 0.0, *colours))
    return bars


def _list_shares(effects: Effects, metric: MetricEffects) -> list[_Bar]:
    styles = assign_styles(effects.factorial.names)
    bars, start = [], 0.0
    for factor in effects.factorial.factors:
        share, style = metric.shapley[factor.name], styles[factor.name]
        text = describe_share(metric, factor.name)
        bars.append(_Bar(factor.title, text, share, start, style.colour, style.ink))
        start += share.mean
    if metric.gain is not None:
        text = ACCURACY_GAP.format_difference(metric.gain)
        bars.append(_Bar("all together", text, metric.gain, 0.0, FAINT, INK))
    return bars


def _draw_bars(axes: Axes, bars: Sequence[_Bar]) -> None:
    """Draws bars from top to bottom, with a dot for each of several seeds and the interval."""
    from matplotlib.ticker import MaxNLocator

    factor = ACCURACY_GAP.unit.factor
    extremes = [0.0]
    for place, bar in enumerate(bars):
        start, values = factor * bar.start, [factor * value for value in bar.spread.values]
        axes.barh(place, factor * bar.spread.mean, left=start, height=0.62, color=bar.colour, alpha=0.8)
        ends = [start, start + factor * bar.spread.mean]
        if bar.spread.interval is not None:
            low, high = (start + factor * end for end in bar.spread.interval)
            axes.plot([low, high], [place, place], color=INK, linewidth=1.1, solid_capstyle="butt")
            dots = [start + value for value in values]
            axes.plot(dots, [place] * len(dots), "o", markersize=3.2, color="white", markeredgecolor=INK)
            ends += [low, high, *dots]
        extremes += ends
        axes.text(
            1.02,
            place,
            bar.text,
            transform=axes.get_yaxis_transform(),
            fontsize=SMALL,
            color=INK,
            verticalalignment="center",
        )
    low, high = min(extremes), max(extremes)
    room = _ROOM * (high - low or 1.0)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_xlim(low - room, high + room)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.set_yticks(np.arange(len(bars)), [literal(shorten(bar.label, _LETTERS)) for bar in bars])
    # The right axes share the vertical axis of the left ones and have no labels, so lengths can differ.
    for label, bar in zip(axes.get_yticklabels(), bars, strict=False):
        label.set_color(bar.ink)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")

"""The figure of costs: the validation accuracy of each experiment against its training time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reglab.analysis.clock import share_machine
from reglab.analysis.comparison import Comparison
from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.labels import join_titles
from reglab.analysis.metrics import TIME, VALIDATION_ACCURACY
from reglab.analysis.spread import Spread
from reglab.report.figures.page import INK, SMALL, Page, default_style, literal, style_axes
from reglab.report.figures.palette import assign_styles
from reglab.report.wording import describe_data, describe_seeds, shorten

# All in inches.
_WIDTH = 9.0
_HEIGHT = 4.2
_LINE = 0.19
_LETTERS = 40
"""Largest number of letters of a title in the legend."""

_MARKERS = {"": "o", "o": "*"}
"""A point needs a marker also where a curve has none, and another one than the curves with circles."""


@default_style()
def draw_cost(comparison: Comparison, png: Path) -> bool:
    """Draws the figure, if the times of at least two experiments can be compared.

    Args:
        comparison: the comparison.
        png: file to write or replace.

    Returns:
        Whether it was drawn.

    Raises:
        RunError: the system refused to write.
    """
    page = build_cost(comparison)
    if page is not None:
        page.save_png(png)
    return page is not None


@default_style()
def build_cost(comparison: Comparison) -> Page | None:
    """Builds and lays out the page; None if no two experiments were trained on one machine.

    Only the experiments that share a machine with the baseline are drawn; without one, or if it shares none,
    those of the machine with the most experiments.
    """
    results = _find_comparable(comparison)
    if len(results) < 2:
        return None
    omitted = [result.title for result in comparison.experiments if result not in results]
    note = (
        f"Note: {join_titles(omitted)} not shown: not known to be from the same machine." if omitted else ""
    )
    whiskers = any(len(result.runs) > 1 for result in results)
    page = Page(
        _WIDTH,
        [max(_HEIGHT, 1 + _LINE * len(results))],
        title="Accuracy and training time",
        subtitle=f"{describe_data(comparison)}; {describe_seeds(comparison)}"
        + ("; whiskers: standard deviation" if whiskers else ""),
        notes=[note] if note else [],
    )
    axes = page.strips[0].subplots()
    name = "" if comparison.value == "final" else f", {comparison.value}"
    style_axes(axes, f"validation accuracy{name} (%)", "training time (seconds)")
    styles = assign_styles([result.name for result in comparison.experiments])
    points = [
        (result, accuracy, seconds)
        for result in results
        if (accuracy := result.over_seeds(VALIDATION_ACCURACY, comparison.value))
        and (seconds := result.final(TIME))
    ]
    # The legend has the order of the points from top to bottom.
    for result, accuracy, seconds in sorted(points, key=lambda point: -point[1].mean):
        style = styles[result.name]
        axes.errorbar(
            seconds.mean,
            100 * accuracy.mean,
            xerr=seconds.deviation,
            yerr=_scale(accuracy),
            fmt=_MARKERS.get(style.marker, style.marker),
            markersize=6,
            color=style.colour,
            elinewidth=1,
            capsize=2,
            label=literal(f"{VALIDATION_ACCURACY.format(accuracy.mean)}  {shorten(result.title, _LETTERS)}"),
        )
    axes.set_xlim(left=0)
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(1.01, 1),
        frameon=False,
        fontsize=SMALL,
        labelcolor=INK,
        borderaxespad=0,
    )
    page.lay_out()
    return page


def _scale(accuracy: Spread) -> float | None:
    return None if accuracy.deviation is None else 100 * accuracy.deviation


def _find_comparable(comparison: Comparison) -> Sequence[ExperimentResult]:
    results = comparison.experiments
    groups = [[other for other in results if share_machine(result, other)] for result in results]
    of_baseline = next(
        (group for result, group in zip(results, groups, strict=True) if result.name == comparison.baseline),
        [],
    )
    return of_baseline if len(of_baseline) > 1 else max(groups, key=len)

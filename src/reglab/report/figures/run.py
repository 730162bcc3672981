"""The figure of a run: accuracy and cross-entropy over the epochs, and the final gaps in the titles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reglab.analysis.metrics import (
    ACCURACY_GAP,
    CLEAN_ACCURACY,
    CLEAN_CROSS_ENTROPY,
    CROSS_ENTROPY_GAP,
    EXTRA_LOSS,
    PENALTY,
    TRAIN_ACCURACY,
    TRAIN_CROSS_ENTROPY,
    VALIDATION_ACCURACY,
    VALIDATION_CROSS_ENTROPY,
    Metric,
)
from reglab.errors import RunError
from reglab.report.figures.accuracy import draw_accuracy
from reglab.report.figures.lines import AS_TRAINED, CLEAN, VALIDATION, Line, build_legend
from reglab.report.figures.page import (
    FAINT,
    INK,
    NORMAL,
    SMALL,
    Page,
    default_style,
    limit_epochs,
    style_axes,
)
from reglab.report.figures.palette import Style
from reglab.report.wording import shorten
from reglab.runs.finding import RunRecord
from reglab.runs.history import Epoch, History

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BLUE = "#0072B2"
_TERMS_COLOUR = "#9c4f7d"
_TERMS = {
    PENALTY: Line(f"{PENALTY.title} (dash-dotted)", (4.0, 1.2, 1.0, 1.2), 1.1),
    EXTRA_LOSS: Line(f"{EXTRA_LOSS.title} (dotted)", (1.0, 1.2), 1.1),
}
"""Terms of the loss that are added to the cross-entropy."""


@default_style()
def draw_run(run: RunRecord) -> None:
    """Draws the `curves.png` of a run, at 130 dots per inch.

    Args:
        run: a complete run.

    Raises:
        RunError: the run has no history or no summary, or the system refused to write.
    """
    build_run(run).save_png(run.directory.curves)


@default_style()
def build_run(run: RunRecord) -> Page:
    """Builds and lays out the page of a run; raises RunError without history or summary."""
    history, summary = run.history, run.summary
    if history is None or summary is None:
        raise RunError(f"{run.directory.path} has no history or no summary, which its figure needs")
    kept = summary.weights_epoch
    title = shorten(f"{summary.title}, seed {summary.seed}", 85)
    subtitle = f"{summary.dataset}, validation on the {summary.validation}"
    page = Page(11.5, [3.55], title=title, subtitle=subtitle, legend=build_legend(_BLUE))
    accuracy, cross_entropy = page.strips[0].subplots(1, 2)
    train, clean, validation = (
        metric.read_curve(history) for metric in (TRAIN_ACCURACY, CLEAN_ACCURACY, VALIDATION_ACCURACY)
    )
    draw_accuracy(accuracy, train, clean, validation, Style(_BLUE, ""))
    for line, metric in (
        (AS_TRAINED, TRAIN_CROSS_ENTROPY),
        (CLEAN, CLEAN_CROSS_ENTROPY),
        (VALIDATION, VALIDATION_CROSS_ENTROPY),
    ):
        line.draw(cross_entropy, metric.read_curve(history), _BLUE)
    style_axes(accuracy, "accuracy (%)")
    style_axes(cross_entropy, "cross-entropy (nats), without penalty")
    cross_entropy.set_ylim(bottom=0)
    final = history.rows[kept - 1]
    _describe(accuracy, final, VALIDATION_ACCURACY, ACCURACY_GAP)
    _describe(cross_entropy, final, VALIDATION_CROSS_ENTROPY, CROSS_ENTROPY_GAP)
    for axes in (accuracy, cross_entropy):
        limit_epochs(axes, len(history.rows))
        if kept < len(history.rows):
            axes.axvline(kept, color=FAINT, linewidth=0.9, linestyle=(0, (3, 2)))
    if kept < len(history.rows):
        place, units = (kept, 0.02), ("data", "axes fraction")
        accuracy.annotate(f" kept: epoch {kept}", place, xycoords=units, fontsize=SMALL, color=FAINT)
    _draw_terms(cross_entropy, history)
    page.lay_out()
    return page


def _describe(axes: Axes, final: Epoch, validation: Metric, gap: Metric) -> None:
    text = f"validation {validation.format(validation.read(final))}, gap {gap.write(final)}"
    axes.set_title(text, loc="left", fontsize=NORMAL, color=INK, fontweight="normal")


def _draw_terms(axes: Axes, history: History) -> None:
    """Draws the other terms of the loss on an axis of their own, since they can be much larger."""
    curves = {term: term.read_curve(history) for term in _TERMS}
    terms = {term: values for term, values in curves.items() if np.all(values >= 0) and np.any(values > 0)}
    if not terms:
        return
    right = axes.twinx()
    right.spines[["top", "left", "bottom"]].set_visible(False)
    right.spines["right"].set_color(_TERMS_COLOUR)
    right.tick_params(labelsize=SMALL, colors=_TERMS_COLOUR, length=3)
    for term, values in terms.items():
        _TERMS[term].draw(right, values, _TERMS_COLOUR)
    right.set_ylim(bottom=0)
    label = ", ".join(_TERMS[term].label for term in terms)
    right.set_ylabel(label, fontsize=SMALL, color=_TERMS_COLOUR)

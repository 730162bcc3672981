"""Axes with the accuracy over the epochs of one run or one experiment, and its generalization gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.metrics import ACCURACY_GAP, CLEAN_ACCURACY, TRAIN_ACCURACY, VALIDATION_ACCURACY
from reglab.report.figures.lines import AS_TRAINED, CLEAN, VALIDATION
from reglab.report.figures.page import INK, NORMAL, SMALL, literal
from reglab.report.figures.palette import Style
from reglab.report.wording import shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LETTER = 0.095
"""Width of a bold letter of a title, inches."""


def draw_accuracy(
    axes: Axes,
    train: NDArray[np.float64],
    clean: NDArray[np.float64],
    validation: NDArray[np.float64],
    style: Style,
) -> None:
    """Draws three curves, and shades the gap between clean and validation accuracy.

    Args:
        axes: to draw on, in percent.
        train: `(epochs,)` accuracy as trained, fractions.
        clean: `(epochs,)` clean accuracy, fractions.
        validation: `(epochs,)` validation accuracy, fractions.
        style: style of the experiment.
    """
    epochs = np.arange(1, len(clean) + 1)
    axes.fill_between(epochs, 100 * validation, 100 * clean, color=style.colour, alpha=0.1, linewidth=0)
    AS_TRAINED.draw(axes, 100 * train, style.colour)
    CLEAN.draw(axes, 100 * clean, style.colour)
    VALIDATION.draw(axes, 100 * validation, style.colour, marker=style.marker)


def draw_experiment(axes: Axes, result: ExperimentResult, style: Style, width: float) -> None:
    """Draws the mean curves over the seeds, the seeds as thin lines, and a title with the final numbers.

    Args:
        axes: to draw on; the caller sets their limits, which are the same for all experiments.
        result: the experiment.
        style: style of the experiment.
        width: width of the axes, inches.
    """
    if len(result.runs) > 1:
        for run in result.runs:
            for line, metric in ((CLEAN, CLEAN_ACCURACY), (VALIDATION, VALIDATION_ACCURACY)):
                values = 100 * metric.read_curve(run.history)
                line.draw(axes, values, style.colour, linewidth=0.6, alpha=0.4)
    metrics = (TRAIN_ACCURACY, CLEAN_ACCURACY, VALIDATION_ACCURACY)
    train, clean, validation = (result.curve(metric).mean for metric in metrics)
    draw_accuracy(axes, train, clean, validation, style)
    title = literal(shorten(result.title, int(width / _LETTER)))
    axes.set_title(title, loc="left", y=1, fontsize=NORMAL, fontweight="bold", color=style.ink, pad=17)
    figures = axes.text(
        0,
        1.025,
        f"validation {VALIDATION_ACCURACY.describe(result.final(VALIDATION_ACCURACY))}, "
        f"gap {ACCURACY_GAP.describe(result.final(ACCURACY_GAP))}",
        transform=axes.transAxes,
        fontsize=SMALL,
        color=INK,
        verticalalignment="bottom",
    )
    # The text may be wider than the axes, and the layout would otherwise make the axes narrower.
    figures.set_in_layout(False)

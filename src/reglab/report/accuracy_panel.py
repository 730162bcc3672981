"""One experiment's panel: does the network learn, and does what it learns hold for other images?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reglab.analysis.experiment import ExperimentResult
from reglab.report.canvas import INK, NORMAL, SMALL, literal
from reglab.report.lines import AS_TRAINED, CLEAN, VALIDATION
from reglab.report.palette import Style
from reglab.report.wording import format_percent, format_points, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LETTER = 0.09
"""Width of a bold letter of a title, inches."""


def draw_accuracy_panel(axes: Axes, result: ExperimentResult, style: Style, width: float) -> None:
    """Accuracy as trained, clean and on validation; what lies between the last two is shaded.

    Args:
        axes: to draw on; its limits are the caller's, for they are those of all panels.
        result: the experiment. With several seeds, thin lines are the seeds and strong ones their mean.
        style: the experiment's.
        width: of the axes, inches.
    """
    clean, validation = result.curve("clean_accuracy"), result.curve("val_accuracy")
    axes.fill_between(
        clean.epochs, 100 * validation.mean, 100 * clean.mean, color=style.colour, alpha=0.1, linewidth=0
    )
    if len(result.runs) > 1:
        for run in result.runs:
            for line, column in ((CLEAN, "clean_accuracy"), (VALIDATION, "val_accuracy")):
                line.draw(axes, 100 * run.history.column(column), style.colour, width=0.6, alpha=0.4)
    AS_TRAINED.draw(axes, 100 * result.curve("train_accuracy").mean, style.colour)
    CLEAN.draw(axes, 100 * clean.mean, style.colour)
    VALIDATION.draw(axes, 100 * validation.mean, style.colour, marker=style.marker)
    axes.set_title(
        literal(shorten(result.title, int(width / _LETTER))),
        loc="left",
        y=1,
        fontsize=NORMAL,
        fontweight="bold",
        color=style.ink,
        pad=17,
    )
    axes.text(
        0,
        1.025,
        f"validation {format_percent(result.final_val_accuracy)}, "
        f"gap {format_points(result.gap_accuracy)} points",
        transform=axes.transAxes,
        fontsize=SMALL,
        color=INK,
        verticalalignment="bottom",
    )

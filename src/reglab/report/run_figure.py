"""One run's picture: accuracy and cross-entropy, and the gap at the end in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reglab.errors import RunError
from reglab.report.canvas import FAINT, INK, LARGE, NORMAL, SMALL, Page, label_epochs, label_y, limit_epochs
from reglab.report.lines import AS_TRAINED, CLEAN, VALIDATION, Line, add_key
from reglab.report.wording import shorten
from reglab.runs.finding import RunRecord
from reglab.runs.history import Epoch, History

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BLUE = "#0072B2"
_PENALTY_COLOUR = "#9c4f7d"
_PENALTY = Line("penalty", (4.0, 1.2, 1.0, 1.2), 1.1)


def draw_run(run: RunRecord) -> None:
    """Draws a run's `curves.png`, 130 dots per inch.

    Args:
        run: a complete run.

    Raises:
        RunError: the run has no history or no summary, or the system refused to write.
    """
    history, summary = run.history, run.summary
    if history is None or summary is None:
        raise RunError(f"{run.directory.path} has no history or no summary, which its figure needs")
    kept = summary.weights_epoch
    page = Page(11.5, 4.6)
    page.write(0.7, 0.18, shorten(f"{summary.title}, seed {summary.seed}", 85), size=LARGE, bold=True)
    subtitle = f"{summary.dataset}, validation on the {summary.validation}"
    page.write(0.7, 0.5, subtitle, colour=FAINT)
    add_key(page, 0.7, 0.78, _BLUE)
    accuracy, cross_entropy = (page.add_axes(left, 1.3, 4.5, 2.75) for left in (0.7, 6.2))
    _draw_accuracy(accuracy, history, kept)
    _draw_cross_entropy(cross_entropy, history, kept)
    page.save_png(run.directory.curves)


def _draw_accuracy(axes: Axes, history: History, kept: int) -> None:
    clean, validation = (100 * history.column(name) for name in ("clean_accuracy", "val_accuracy"))
    axes.fill_between(np.arange(1, len(clean) + 1), validation, clean, color=_BLUE, alpha=0.1, linewidth=0)
    AS_TRAINED.draw(axes, 100 * history.column("train_accuracy"), _BLUE)
    CLEAN.draw(axes, clean, _BLUE)
    VALIDATION.draw(axes, validation, _BLUE)
    limit_epochs(axes, len(clean))
    label_epochs(axes)
    label_y(axes, "accuracy (%)")
    final = _mark_kept(axes, history, kept)
    axes.set_title(
        f"validation {100 * final.val_accuracy:.1f} %, gap {100 * final.gap_accuracy:.1f} points",
        loc="left",
        y=1,
        fontsize=NORMAL,
        color=INK,
    )


def _draw_cross_entropy(axes: Axes, history: History, kept: int) -> None:
    AS_TRAINED.draw(axes, history.column("train_cross_entropy"), _BLUE)
    CLEAN.draw(axes, history.column("clean_cross_entropy"), _BLUE)
    VALIDATION.draw(axes, history.column("val_cross_entropy"), _BLUE)
    if np.any(history.column("penalty") > 0):
        _draw_penalty(axes, history)
    limit_epochs(axes, len(history.rows))
    label_epochs(axes)
    axes.set_ylim(bottom=0)
    label_y(axes, "cross-entropy (nats), without penalty")
    final = _mark_kept(axes, history, kept)
    axes.set_title(
        f"validation {final.val_cross_entropy:.3f}, gap {final.gap_cross_entropy:.3f} nats",
        loc="left",
        y=1,
        fontsize=NORMAL,
        color=INK,
    )


def _mark_kept(axes: Axes, history: History, kept: int) -> Epoch:
    """The epoch of the kept weights; a line shows it where early stopping went back to it."""
    if kept < len(history.rows):
        axes.axvline(kept, color=FAINT, linewidth=0.9, linestyle=(0, (3, 2)))
        axes.annotate(
            f" kept: epoch {kept}",
            (kept, 0.02),
            xycoords=("data", "axes fraction"),
            fontsize=SMALL,
            color=FAINT,
        )
    return history.rows[kept - 1]


def _draw_penalty(axes: Axes, history: History) -> None:
    """On an axis of its own: at first it may be ten times the cross-entropy, which would be squashed."""
    right = axes.twinx()
    right.spines[["top", "left", "bottom"]].set_visible(False)
    right.spines["right"].set_color(_PENALTY_COLOUR)
    right.tick_params(labelsize=SMALL, colors=_PENALTY_COLOUR, length=3)
    _PENALTY.draw(right, history.column("penalty"), _PENALTY_COLOUR)
    right.set_ylim(bottom=0)
    right.set_ylabel("penalty (dash-dotted)", fontsize=SMALL, color=_PENALTY_COLOUR)

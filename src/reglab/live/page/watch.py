"""A page about runs that other processes train; it changes nothing."""

import os
import time
from pathlib import Path

from nicegui import run, ui

from reglab.errors import RunError
from reglab.live.page.browsers import prepare_page
from reglab.live.page.graph import DASHED, DOTTED, SOLID, Graph, Line
from reglab.live.page.runs import label_runs
from reglab.live.page.style import choose_colours
from reglab.runs.finding import Found, RunRecord, find_runs
from reglab.runs.history import Epoch

_SECONDS = 2.0
_MOST_LINES = 8
_COLUMNS = ("state", "experiment", "seed", "epochs", "clean", "validation", "gap", "updated", "folder")
_GRAPHS = (
    ("Accuracy, %", "accuracy", 100.0, 100.0),
    ("Cross-entropy, nats", "cross_entropy", 1.0, None),
)
_KINDS = (("validation", "val", SOLID), ("clean", "clean", DASHED), ("as trained", "train", DOTTED))


async def build_watch_page(results: Path) -> None:
    """Builds the page for one browser."""
    dark = await prepare_page()
    if dark is None:
        return
    page = _WatchPage(results, dark)
    await page.refresh()
    ui.timer(_SECONDS, page.refresh)


class _WatchPage:
    """A table of the runs, and the curves of those that were chosen, or of the latest."""

    def __init__(self, results: Path, dark: bool) -> None:
        self._results, self._dark = results, dark
        self._ground = ui.dark_mode(dark)
        self._chosen: set[str] = set()
        self._runs: dict[str, RunRecord] = {}
        self._labels: dict[str, str] = {}
        with ui.element("header").classes("bar"):
            ui.label("reglab live").style("font-weight: 700; font-size: 1.15rem")
            ui.label(f"runs in {results}, read-only").classes("grow")
            ui.button(icon="contrast", on_click=self._switch_dark).props(
                'flat round dense aria-label="Light or dark"'
            )
        self._message = ui.label().classes("is-watch-message").style("white-space: pre-line")
        columns = [{"name": name, "label": name, "field": name, "align": "left"} for name in _COLUMNS]
        self._table = ui.table(
            columns=columns, rows=[], row_key="key", selection="multiple", on_select=self._select
        )
        self._table.props("dense flat bordered").style("width: 100%").classes("is-runs")
        with ui.element("div").classes("graphs").style("width: 100%"):
            self._graphs = [Graph(title, "epoch", 320, most) for title, _, _, most in _GRAPHS]

    async def refresh(self) -> None:
        """Reads the runs again."""
        found = await run.io_bound(_find, self._results)
        if found is None:
            return
        if isinstance(found, str):
            self._message.set_text(found)
            return
        self._runs = {str(record.directory.path): record for record in found.runs}
        labels = label_runs([_read_title(record) for record in found.runs], found.runs)
        self._labels = dict(zip(self._runs, labels, strict=True))
        words = list(found.damaged)
        if not found.runs:
            words.append(f"no runs in {self._results} yet; to train one: reglab run configs/smoke.yaml")
        self._message.set_text("\n".join(words))
        rows = [
            {"key": key, "folder": os.path.relpath(key, self._results), **_describe(record)}
            for key, record in self._runs.items()
        ]
        if rows != self._table.rows:
            self._table.rows = rows
        self._draw()

    def _select(self) -> None:
        self._chosen = {row["key"] for row in self._table.selected}
        self._draw()

    def _draw(self) -> None:
        """Draws the chosen runs; if none is chosen, those that were changed last."""
        latest = sorted(self._runs.values(), key=lambda record: record.status.updated, reverse=True)
        chosen = [self._runs[key] for key in self._runs if key in self._chosen] or latest[:_MOST_LINES]
        names = [record.status.experiment for record in chosen]
        colours = choose_colours(names, self._dark)
        for graph, (_, column, factor, _) in zip(self._graphs, _GRAPHS, strict=True):
            lines: list[Line] = []
            for record in chosen:
                rows = record.history.rows if record.history else ()
                label = self._labels[str(record.directory.path)]
                lines += [
                    Line(
                        label,
                        f"{label}, {kind}",
                        colours[record.status.experiment],
                        dash,
                        [(row.epoch, _read(row, f"{prefix}_{column}", factor)) for row in rows],
                    )
                    for kind, prefix, dash in _KINDS
                ]
            graph.show(lines)

    def _switch_dark(self) -> None:
        self._dark = not self._dark
        self._ground.set_value(self._dark)
        for graph in self._graphs:
            graph.set_dark(self._dark)
        self._draw()


def _find(results: Path) -> Found | str:
    """The runs, or why they cannot be read."""
    try:
        return find_runs([results])
    except RunError as error:
        return str(error)


def _read(row: Epoch, column: str, factor: float) -> float | None:
    value = getattr(row, column)
    return None if value is None else factor * value


def _read_title(record: RunRecord) -> str:
    return record.status.title or record.status.experiment


def _describe(record: RunRecord) -> dict[str, str]:
    """The cells of a run."""
    last = record.history.rows[-1] if record.history and record.history.rows else None
    seconds = max(0.0, time.time() - record.status.updated.timestamp())
    return {
        "state": record.state,
        "experiment": _read_title(record),
        "seed": str(record.status.seed),
        "epochs": f"{record.status.epochs_done} / {record.status.epochs}",
        "clean": "" if last is None else f"{last.clean_accuracy:.1%}",
        "validation": "" if last is None else f"{last.val_accuracy:.1%}",
        "gap": "" if last is None else f"{100 * last.gap_accuracy:.1f} points",
        "updated": _write_age(seconds),
    }


def _write_age(seconds: float) -> str:
    for limit, unit, word in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{seconds / unit:.0f} {word} ago"
    return f"{seconds / 86_400:.0f} days ago"

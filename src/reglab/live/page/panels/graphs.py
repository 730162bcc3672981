"""The graphs over examples seen: accuracy, cross-entropy, gap and penalty."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from nicegui import ui

from reglab.live.lab.curve import write_csv
from reglab.live.lab.lab import YOURS, Name
from reglab.live.lab.network import LiveNetwork
from reglab.live.messages import Sample
from reglab.live.page.graph import DASHED, DOTTED, SOLID, Dash, Graph, Line
from reglab.live.page.site import Panel, Site, name_networks
from reglab.live.page.style import choose_colours
from reglab.report.wording import shorten

_SECONDS, _SECONDS_LATER = 2.0, 4.0
_LATER = 200
"""Samples from which the graphs change slowly."""
_LONGEST_LABEL = 26


def _read(attribute: str, factor: float = 1) -> Callable[[Sample], float | None]:
    def read(sample: Sample) -> float | None:
        value = getattr(sample, attribute)
        return None if value is None else factor * value

    return read


@dataclass(frozen=True)
class _Content:
    """What a graph shows: the kinds of lines, each with its dash and what it reads from a sample."""

    title: str
    file: str
    lines: tuple[tuple[str, Dash, Callable[[Sample], float | None]], ...]
    most: float | None = None


_GRAPHS = (
    _Content(
        "Accuracy, %",
        "accuracy",
        (
            ("validation", SOLID, _read("validation_accuracy", 100)),
            ("clean", DASHED, _read("clean_accuracy", 100)),
            ("as trained", DOTTED, _read("accuracy", 100)),
        ),
        most=100,
    ),
    _Content(
        "Cross-entropy, nats",
        "cross_entropy",
        (
            ("validation", SOLID, _read("validation_cross_entropy")),
            ("clean", DASHED, _read("clean_cross_entropy")),
            ("as trained", DOTTED, _read("cross_entropy")),
        ),
    ),
    _Content("Gap (clean − validation accuracy), points", "gap", (("gap", SOLID, _read("gap", 100)),)),
    _Content("Penalty (L1, L2) in the loss", "penalty", (("penalty", SOLID, _read("penalty")),)),
)


class GraphsPanel(Panel):
    """Four graphs; the numbers of each go to the browser once in one or two seconds."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._next = 0.0
        self._dark = False
        self._shown: object = None
        with ui.element("div").classes("bar"):
            explanation = "Solid: validation images. Dashed: training images, clean. Dotted: as trained."
            ui.label(explanation).classes("soft grow")
            with ui.button("Save", icon="save").props("flat dense no-caps"), ui.menu():
                for content in _GRAPHS:
                    ui.menu_item(f"{content.title} as PNG", lambda content=content: self._save(content))
                ui.menu_item("All numbers as CSV", self._save_numbers)
            ui.button("Clear", icon="layers_clear", on_click=self._clear).props("flat dense no-caps").classes(
                "is-clear"
            )
        with ui.element("div").classes("graphs"):
            self._graphs = {
                content.file: Graph(content.title, "examples seen", most=content.most) for content in _GRAPHS
            }
        self.refresh()

    def set_dark(self, dark: bool) -> None:
        """Changes to a dark or light ground."""
        self._dark, self._shown, self._next = dark, None, 0.0
        for graph in self._graphs.values():
            graph.set_dark(dark)
        self.refresh()

    def refresh(self) -> None:
        """Sends new numbers."""
        networks = self.lab.networks
        state = tuple((name, network.sample, len(self.lab.log.entries)) for name, network in networks.items())
        if time.monotonic() < self._next or state == self._shown:
            return
        curves = {name: self._read_curve(name, network) for name, network in networks.items()}
        many = max((len(curve) for curve in curves.values()), default=0) > _LATER
        self._next = time.monotonic() + (_SECONDS_LATER if many else _SECONDS)
        self._shown = state
        labels = name_networks(networks)
        colours = choose_colours(list(labels.values()), self._dark)
        start = self.site.graphs_from.get(YOURS, 0)
        marks = [mark for mark in self.lab.log.marks(YOURS) if mark[0] >= start]
        for content in _GRAPHS:
            lines = [
                Line(
                    title if len(networks) == 1 else shorten(labels[name], _LONGEST_LABEL),
                    title if len(networks) == 1 else f"{name}, {title}",
                    colours[labels[name]],
                    dash,
                    [(sample.images, read(sample)) for sample in curve],
                )
                for name, curve in curves.items()
                for title, dash, read in content.lines
            ]
            self._graphs[content.file].show(lines, marks)

    def _read_curve(self, name: Name, network: LiveNetwork) -> list[Sample]:
        """The samples since the graphs were cleared."""
        start = self.site.graphs_from.get(name, 0)
        if network.sample is not None and network.sample.images < start:
            # It has restarted since.
            start = self.site.graphs_from[name] = 0
        return [sample for sample in network.curve if sample.images >= start]

    async def _save(self, content: _Content) -> None:
        await self._graphs[content.file].download(f"{content.file}.png")

    def _save_numbers(self) -> None:
        text = write_csv({name: network.curve for name, network in self.lab.networks.items()})
        ui.download.content(text, "curves.csv", "text/csv")

    def _clear(self) -> None:
        for name, network in self.lab.networks.items():
            self.site.graphs_from[name] = 0 if network.sample is None else network.sample.images
        self._shown, self._next = None, 0.0
        self.refresh()

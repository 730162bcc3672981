"""One page: its parts, where they are, and the clock that refreshes them."""

from pathlib import Path

from nicegui import context, ui

from reglab.live.page.browsers import prepare_page
from reglab.live.page.panels.controls import ControlsPanel
from reglab.live.page.panels.editor import EditorPanel
from reglab.live.page.panels.files import FilesPanel
from reglab.live.page.panels.graphs import GraphsPanel
from reglab.live.page.panels.inside import InsidePanel
from reglab.live.page.panels.log import LogPanel
from reglab.live.page.panels.picture import PicturePanel
from reglab.live.page.panels.predictions import PredictionsPanel
from reglab.live.page.panels.side_by_side import SideBySidePanel
from reglab.live.page.panels.state import StatePanel
from reglab.live.page.panels.stats import StatsPanel
from reglab.live.page.panels.transport import TransportBar
from reglab.live.page.panels.welcome import WelcomePanel
from reglab.live.page.site import Panel, Site

_SECONDS = 1.0
"""Between two refreshes; each takes a browser some percent of a core."""
_TABS = (
    ("inside", "Inside the network", "layers"),
    ("predictions", "Predictions", "image_search"),
    ("picture", "Your image", "add_photo_alternate"),
    ("editor", "Experiment", "edit_note"),
    ("both", "Side by side", "compare"),
    ("files", "Snapshots", "save"),
    ("log", "Log", "list"),
)


async def build_page(site: Site) -> None:
    """Builds the page for one browser; the last of too many gets a sentence instead."""
    dark = await prepare_page()
    if dark is not None:
        _View(site, dark)


class _View:
    """The parts of one page."""

    def __init__(self, site: Site, dark: bool) -> None:
        self._site = site
        self._ground = ui.dark_mode(dark)
        self._transport = TransportBar(site, self._switch_dark)
        self._panels: list[Panel] = [self._transport, WelcomePanel(site), StatePanel(site)]
        with ui.element("main").classes("lab") as self._lab:
            self._panels.append(ControlsPanel(site))
            with ui.element("div").classes("middle"):
                self._graphs = GraphsPanel(site)
            self._panels += [self._graphs, StatsPanel(site)]
        self._build_tabs(site)
        self._set_dark(dark)
        self._timer = ui.timer(_SECONDS, self._refresh)
        page = context.client
        site.enter(page.id)
        # Not `on_disconnect`: after a short loss of the connection the same page is used again.
        page.on_delete(lambda: self._close(page.id))

    def _build_tabs(self, site: Site) -> None:
        with ui.tabs().props(
            "dense no-caps inline-label align=left outside-arrows mobile-arrows"
        ) as self._tabs:
            self._tabs.style("width: 100%")
            for name, title, icon in _TABS:
                ui.tab(name, title, icon).classes(f"is-tab-{name}")
        with ui.tab_panels(self._tabs, value="inside", animated=False, keep_alive=True).style(
            "width: 100%; background: transparent"
        ):
            with ui.tab_panel("inside"):
                self._inside = InsidePanel(site)
            with ui.tab_panel("predictions"):
                self._predictions = PredictionsPanel(site, self._look)
            with ui.tab_panel("picture"):
                PicturePanel(site, self._look)
            with ui.tab_panel("editor"):
                self._editor = EditorPanel(site)
            with ui.tab_panel("both"):
                self._both = SideBySidePanel(site)
            with ui.tab_panel("files"):
                self._files = FilesPanel(site)
            with ui.tab_panel("log"):
                self._log = LogPanel(site)
        self._panels += [self._inside, self._editor, self._both, self._log]
        self._tabs.on_value_change(lambda event: self._open(event.value))
        self._inside.open(True)

    async def _open(self, name: str) -> None:
        self._inside.open(name == "inside")
        self._predictions.open(name == "predictions")
        if name == "files":
            await self._files.open()

    def _close(self, page: str) -> None:
        self._inside.open(False)
        self._site.leave(page)

    def _look(self, image: int | Path) -> None:
        self._site.image = image
        self._tabs.set_value("inside")

    async def _refresh(self) -> None:
        self._lab.set_visibility(bool(self._site.lab.networks))
        for panel in self._panels:
            panel.refresh()
        await self._predictions.refresh_now()

    def _switch_dark(self) -> None:
        self._set_dark(not self._ground.value)

    def _set_dark(self, dark: bool) -> None:
        self._ground.set_value(dark)
        for part in (self._graphs, self._predictions, self._editor):
            part.set_dark(dark)

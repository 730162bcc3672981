"""Two networks on the same batches: choose the other one, and read in what they differ."""

from nicegui import ui

from reglab.live.lab.changes import list_changes
from reglab.live.lab.pair import without_regularizers
from reglab.live.lab.presets import list_presets
from reglab.live.page.site import Panel, Site, name_networks, telling

_NONE, _DRAFT = "none", "draft"


class SideBySidePanel(Panel):
    """Chooses the baseline; both networks start from their first step, with the same images and order."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._presets = {f"preset {preset.name}": preset for preset in list_presets()}
        self._shown: object = None
        ui.label(
            "The baseline is trained beside your network, on the same batches and in step with it. It gets "
            "the images, seed, batch size and number of epochs of yours. Both start from the beginning."
        ).classes("soft")
        options = {
            _NONE: "the same network without regularizers",
            _DRAFT: "the experiment in the editor",
            **{name: f"{name}: {preset.question}" for name, preset in self._presets.items()},
        }
        with ui.element("div").classes("bar"):
            self._choice = ui.select(options, value=_NONE, label="Baseline").props("dense").classes("grow")
            self._choice.classes("is-baseline")
            self._start = ui.button("Train both", icon="compare", on_click=self._begin).props("no-caps")
            self._start.classes("is-train-both")
            self._stop = ui.button("Only yours", icon="close", on_click=self._end).props("no-caps outline")
            self._stop.classes("is-only-yours")
        self._differences = ui.element("div").classes("is-differences-of-both")
        self.refresh()

    def refresh(self) -> None:
        """Shows the differences of the two experiments."""
        networks = self.lab.networks
        self._start.set_enabled(self.lab.yours is not None)
        self._stop.set_visibility(self.lab.baseline is not None)
        experiments = tuple(network.experiment for network in networks.values())
        if experiments == self._shown:
            return
        self._shown = experiments
        self._differences.clear()
        if len(experiments) < 2 or experiments[0] is None or experiments[1] is None:
            return
        differences = list_changes(experiments[0], experiments[1])
        labels = name_networks(networks)
        with self._differences:
            if not differences:
                ui.label("The two experiments are the same.")
                return
            with ui.element("table").classes("facts wraps").style("max-width: 720px; margin-top: 8px"):
                with ui.element("tr"):
                    for text in ("what differs", *labels.values()):
                        with ui.element("th"):
                            ui.label(text)
                for each in differences:
                    with ui.element("tr"):
                        for text in (each.key, each.first, each.second):
                            with ui.element("td"):
                                ui.label(text)

    async def _begin(self) -> None:
        with telling():
            yours = self.lab.yours
            if yours is None or yours.experiment is None:
                return
            if self._choice.value == _NONE:
                experiment = without_regularizers(yours.experiment)
            elif self._choice.value == _DRAFT:
                experiment = self.site.draft.check()
            else:
                experiment = self._presets[self._choice.value].experiment
            await self.lab.compare_with(experiment)

    async def _end(self) -> None:
        with telling():
            await self.lab.stop_comparing()

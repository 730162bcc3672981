"""What a page without a network offers: the shipped experiments."""

from nicegui import ui

from reglab.live.lab.presets import Preset, list_presets
from reglab.live.messages import Start
from reglab.live.page.site import Panel, Site, telling


class WelcomePanel(Panel):
    """Experiments with their questions; those on synthetic images need no data set."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._box = ui.element("section").classes("box").style("width: 100%").classes("is-welcome")
        with self._box:
            ui.html("<h2>Choose an experiment to train</h2>", sanitize=False)
            ui.label(
                "The first ones draw their own images and train within minutes. The others need CIFAR-10 or "
                "MNIST and take longer. Or write your own below, under Experiment."
            ).classes("soft")
            with ui.element("div").classes("tiles").style("margin-top: 10px"):
                for preset in list_presets():
                    self._offer(preset)
        # A network that is being built when the page is opened was chosen before.
        self._box.set_visibility(False)
        self.refresh()

    def refresh(self) -> None:
        """Shows the experiments until a network is built, and again if a start has failed."""
        yours = self.lab.yours
        if yours is None or (yours.built is None and yours.end_reason):
            self._box.set_visibility(True)
        elif yours.built is not None:
            self._box.set_visibility(False)

    def _offer(self, preset: Preset) -> None:
        with ui.element("div").classes("tile"):
            ui.label(preset.experiment.label).style("font-weight: 600")
            ui.label(preset.question).classes("soft")
            ui.button(preset.name, icon="play_arrow", on_click=lambda: self._begin(preset)).props(
                "flat dense no-caps"
            ).classes(f"is-preset-{preset.name}")

    async def _begin(self, preset: Preset) -> None:
        with telling():
            self.site.draft = preset.text
            await self.lab.open(Start(experiment=preset.experiment))

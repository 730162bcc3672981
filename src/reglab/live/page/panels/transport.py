"""The bar at the top: what is trained, its state, and play, pause, one step, one epoch."""

from collections.abc import Callable

from nicegui import events, ui

from reglab.live.lab.network import State
from reglab.live.page.site import Panel, Site, name_networks, telling

_STATES: dict[State, tuple[str, str]] = {
    "starting": ("starting …", "grey-7"),
    "running": ("training", "green-8"),
    "paused": ("paused", "grey-8"),
    "complete": ("complete", "blue-8"),
    "diverged": ("diverged", "red-8"),
    "ended": ("process ended", "red-8"),
}
# The space bar is a key of the page only while no part has the focus, since it is the key of buttons, tabs
# and switches; then it does not scroll the page. Letters are keys of the page unless one types.
_KEYS = """
const fields = 'input, select, textarea, [contenteditable="true"]';
document.addEventListener('keydown', event => {
  if (![' ', 's', 'e'].includes(event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === ' ' ? event.target !== document.body : event.target.closest(fields)) return;
  event.preventDefault();
  if (!event.repeat) emitEvent('page-key', event.key);
});
"""


class TransportBar(Panel):
    """Play, pause, step and epoch, with the keys space, s and e.

    Args:
        site: of all pages.
        switch_dark: called when the user wants the other ground.
    """

    def __init__(self, site: Site, switch_dark: Callable[[], None]) -> None:
        super().__init__(site)
        with ui.element("header").classes("bar"):
            ui.label("reglab live").style("font-weight: 700; font-size: 1.15rem")
            self._name = ui.label().classes("grow").style("font-size: 1.05rem").classes("is-experiment")
            self._state = ui.badge().props('role="status"').classes("is-state")
            with ui.button_group().props("unelevated"):
                self._play = (
                    ui.button(on_click=self._toggle).props('color="primary" no-caps').classes("is-play")
                )
                self._step = ui.button("Step", icon="skip_next", on_click=self._do_step).classes("is-step")
                self._epoch = ui.button("Epoch", icon="fast_forward", on_click=self._do_epoch).classes(
                    "is-epoch"
                )
            self._step.props('color="primary" outline no-caps').tooltip("One batch (key s)")
            self._epoch.props('color="primary" outline no-caps').tooltip("To the end of the epoch (key e)")
            ui.button(icon="contrast", on_click=switch_dark).props(
                'flat round dense aria-label="Light or dark"'
            ).tooltip("Light or dark")
        ui.on("page-key", self._press)
        ui.run_javascript(_KEYS)
        self.refresh()

    def refresh(self) -> None:
        """Shows what is trained, and its state."""
        networks = self.lab.networks
        self._name.set_text(" | ".join(name_networks(networks).values()))
        states = [network.state for network in networks.values()]
        shown = next((state for state in _STATES if state in states), None)
        self._state.set_visibility(shown is not None)
        if shown is not None:
            text, colour = _STATES[shown]
            if shown == "running" and not self.lab.transport.plays:
                text = "pausing …"
            elif shown == "paused" and self.lab.transport.plays:
                # One of two networks waits for the other.
                text, colour = _STATES["running"]
            self._state.set_text(text)
            self._state.props(f'color="{colour}"')
        for button in (self._play, self._step, self._epoch):
            button.set_enabled(self._can_train)
        self._show_play()

    @property
    def _can_train(self) -> bool:
        """Whether a network has steps left to train."""
        states = [network.state for network in self.lab.networks.values()]
        return any(state in ("starting", "running", "paused") for state in states)

    def _show_play(self) -> None:
        plays = self.lab.transport.plays
        self._play.set_text("Pause" if plays else "Train")
        self._play.set_icon("pause" if plays else "play_arrow")

    def _toggle(self) -> None:
        if not self._can_train:
            return
        if self.lab.transport.plays:
            self.lab.transport.pause()
        else:
            self.lab.transport.play()
        self._show_play()

    async def _do_step(self) -> None:
        with telling():
            await self.lab.transport.step()

    async def _do_epoch(self) -> None:
        with telling():
            await self.lab.transport.epoch()

    async def _press(self, event: events.GenericEventArguments) -> None:
        if event.args == " ":
            self._toggle()
        elif event.args == "s":
            await self._do_step()
        else:
            await self._do_epoch()

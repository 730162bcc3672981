"""Sentences about each network: the diagnosis with a suggestion, errors, and the gap as bars."""

import time

from nicegui import ui

from reglab.analysis.diagnosis.rules import Kind
from reglab.analysis.diagnosis.thresholds import LARGE_GAP
from reglab.live.lab.diagnosis import Diagnosis, Suggestion, diagnose
from reglab.live.lab.lab import YOURS, Name
from reglab.live.lab.network import LiveNetwork
from reglab.live.page.site import Panel, Site, telling
from reglab.live.page.style import LARGE, WRONG

_ICONS: dict[Kind, tuple[str, str]] = {
    "too short": ("hourglass_empty", "grey"),
    "not converged": ("trending_up", "primary"),
    "fitting": ("check_circle", "positive"),
    "overfitting": ("call_split", "negative"),
    "underfitting": ("trending_flat", "warning"),
    "at chance": ("casino", "negative"),
    "diverged": ("error", "negative"),
}
_SECONDS = 1.5
_GAP_OF_FULL_BAR = 0.6
_COMPLETE = "The training is complete: raise the epochs in the settings to train on, or restart."


class StatePanel(Panel):
    """One line for each network; of two networks, also the gap of each as a bar."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._next = 0.0
        self._lines: dict[Name, _Line] = {}
        self._box = ui.element("section").classes("box").props('aria-label="Diagnosis" aria-live="polite"')
        self._box.style("width: 100%")
        self.refresh()

    def refresh(self) -> None:
        """Shows new sentences."""
        networks = self.lab.networks
        self._box.set_visibility(bool(networks))
        if tuple(networks) != tuple(self._lines):
            self._box.clear()
            with self._box:
                self._lines = {name: _Line(self, name, len(networks) > 1) for name in networks}
            self._next = 0.0
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _SECONDS
            for name, line in self._lines.items():
                line.show(networks[name])


class _Line:
    """The sentence about one network, and what may be pressed."""

    def __init__(self, panel: StatePanel, name: Name, is_one_of_two: bool) -> None:
        self._lab, self._name = panel.lab, name
        self._suggestion: Suggestion | None = None
        with ui.element("div").classes("bar"):
            self._icon = ui.icon("hourglass_empty", size="1.6rem")
            if is_one_of_two:
                ui.label("Yours" if name == YOURS else "Baseline").style("font-weight: 600; width: 4.5em")
            self._sentence = ui.label().classes("grow").classes(f"is-diagnosis-{name}")
            self._button = ui.button(on_click=self._follow).props("unelevated no-caps dense")
            self._button.style("padding: 2px 10px").classes(f"is-suggestion-{name}")
        self._bar = None
        if is_one_of_two:
            with ui.element("div").classes("gaps"):
                ui.label("gap").classes("soft")
                with ui.element("div").classes("track"):
                    self._bar = ui.element("div").style("width: 0")
                self._gap = ui.label().style("font-variant-numeric: tabular-nums").classes(f"is-gap-{name}")
        self._messages = ui.label().classes("soft").style("white-space: pre-line")

    def show(self, network: LiveNetwork) -> None:
        """Shows the current state of the network."""
        if network.end_reason:
            self._set("error", "negative", f"The process of this network has ended: {network.end_reason}.")
            snapshot = self._lab.last_snapshot(self._name)
            self._offer("Start again" if snapshot is None else "Start again from the last snapshot", None)
        elif network.built is None:
            self._set("hourglass_empty", "grey", "The network is being built, which takes some seconds.")
            self._offer("", None)
        else:
            built = network.built
            # Samples of the network before a change would describe another network.
            samples = [sample for sample in network.curve if sample.images >= network.changed_at]
            diagnosis = diagnose(built.experiment, samples, len(built.classes), network.diverged)
            self._show_diagnosis(diagnosis, network.state == "complete")
        sample = network.sample
        gap = None if sample is None else sample.gap
        if self._bar is not None and gap is not None:
            share = max(0.0, min(1.0, gap / _GAP_OF_FULL_BAR))
            colour = LARGE if gap >= LARGE_GAP else WRONG
            self._bar.style(f"width: {100 * share:.1f}%; background: {colour}")
            self._gap.set_text(f"{100 * gap:.1f} points")
        self._messages.set_text("\n".join(list(network.messages)[-3:]))
        self._messages.set_visibility(bool(network.messages))

    def _show_diagnosis(self, diagnosis: Diagnosis, is_complete: bool) -> None:
        icon, colour = _ICONS[diagnosis.kind]
        sentence = diagnosis.sentence
        if is_complete:
            sentence = _COMPLETE if diagnosis.kind == "too short" else f"{sentence} {_COMPLETE}"
        self._set(icon, colour, sentence)
        # Only yours can be changed.
        suggestion = diagnosis.suggestion if self._name == YOURS else None
        self._offer(suggestion.label if suggestion else "", suggestion)

    def _set(self, icon: str, colour: str, sentence: str) -> None:
        self._icon.set_name(icon)
        self._icon.props(f'color="{colour}"')
        self._sentence.set_text(sentence)

    def _offer(self, label: str, suggestion: Suggestion | None) -> None:
        self._button.set_visibility(bool(label))
        if label:
            self._button.set_text(label)
        self._suggestion = suggestion

    async def _follow(self) -> None:
        self._button.set_visibility(False)
        with telling():
            network, suggestion = self._lab.networks[self._name], self._suggestion
            if suggestion is None:
                await self._lab.recover(self._name)
            elif suggestion.restarts:
                assert network.experiment is not None
                await self._lab.restart(network.experiment.with_changes(suggestion.changes))
            else:
                await self._lab.change(suggestion.changes)

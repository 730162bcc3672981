"""The settings that are changed while the network trains."""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from reglab.errors import ReglabError
from reglab.experiment import Experiment
from reglab.live.lab.settings import (
    TRAINING,
    USUAL,
    Setting,
    find_class,
    list_regularizers,
    list_settings,
    parse_text,
    read_strength,
    read_value,
    scale_augmentation,
    show_value,
)
from reglab.live.messages import Built
from reglab.live.page.site import Panel, Site, tell, telling
from reglab.regularizers.augmentation import Augmentation

_HOW = {
    "none": "nothing to change",
    "in place": "changed in place",
    "rebuilt": "rebuilt with all weights that fit",
}


class ControlsPanel(Panel):
    """Fields of the training and of each regularizer; a change is effective at the next batch."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._shown: Experiment | None = None
        self._fields: list[_Field] = []
        self._switches: dict[str, ui.switch] = {}
        self._parameters: dict[str, ui.element] = {}
        self._filled: set[str] = set()
        self._base = Augmentation()
        with ui.element("section").classes("box settings").props('aria-label="Settings"'):
            ui.html("<h2>Settings</h2>", sanitize=False)
            self._fields += [_Field(setting, self._apply) for setting in TRAINING]
            ui.html("<h2 style='margin-top: 10px'>Regularizers</h2>", sanitize=False)
            for name in USUAL:
                self._add_regularizer(name)
            self._more = ui.expansion("More regularizers", on_value_change=self._add_more)
            self._more.props("dense").classes("full-width is-more")
            self._note = ui.label().classes("soft").props('aria-live="polite"').classes("is-change")
        self.refresh()

    def refresh(self) -> None:
        """Shows the values of the current experiment, except in fields in which someone types."""
        yours = self.lab.yours
        experiment = yours.experiment if yours is not None else None
        if experiment is self._shown or experiment is None:
            return
        self._shown = experiment
        active = experiment.regularizers
        if not set(active.names) <= set(USUAL):
            self._add_more()
        if active.augmentation is not None and read_strength(self._base, active.augmentation) is None:
            self._base = active.augmentation
        for name, switch in self._switches.items():
            is_on = getattr(active, name) is not None
            switch.set_value(is_on)
            if is_on:
                self._fill(name)
            self._parameters[name].set_visibility(is_on)
        for field in self._fields:
            field.show(experiment)
        if active.augmentation is not None:
            strength = read_strength(self._base, active.augmentation)
            self._strength.set_value(strength)

    def _add_more(self) -> None:
        """Adds the switches of all other regularizers.

        The browser draws the whole page again for each change of a number, so that it has no elements before
        they are needed.
        """
        with self._more:
            for name in list_regularizers():
                if name not in self._switches:
                    self._add_regularizer(name)

    def _add_regularizer(self, name: str) -> None:
        switch = ui.switch(_spell_out(name), on_change=lambda event: self._switch(name, bool(event.value)))
        switch.props("dense").style("margin-top: 4px; width: 100%").classes(f"is-switch-{name}")
        self._switches[name] = switch
        with switch:
            ui.tooltip((find_class(name).__doc__ or "").strip().partition("\n")[0])
        self._parameters[name] = ui.element("div").style("padding-left: 10px; width: 100%")
        self._parameters[name].set_visibility(False)

    def _fill(self, name: str) -> None:
        """Adds the fields of a regularizer when it is switched on for the first time."""
        if name in self._filled:
            return
        self._filled.add(name)
        with self._parameters[name]:
            if name == "augmentation":
                ui.label("strength of rotation, shifts, shear and zoom").classes("soft")
                self._strength = ui.slider(min=0, max=2, step=0.05, value=1).props("label dense")
                self._strength.props('aria-label="augmentation strength"').classes("is-augmentation-strength")
                self._strength.on("change", lambda event: self._scale(float(event.args)))
                with ui.expansion("Each range").props("dense"):
                    self._add_parameters(name)
            else:
                self._add_parameters(name)

    def _add_parameters(self, regularizer: str) -> None:
        for setting in list_settings(regularizer):
            self._fields.append(_Field(setting, self._apply, _spell_out(regularizer)))

    async def _switch(self, name: str, is_on: bool) -> None:
        experiment = self._current()
        if experiment is None or is_on == (getattr(experiment.regularizers, name) is not None):
            return
        try:
            await self._apply({f"regularizers.{name}": {} if is_on else None})
        except ReglabError as error:
            tell(str(error))
            self._shown = None
            self.refresh()

    async def _scale(self, strength: float) -> None:
        with telling():
            await self._apply(scale_augmentation(self._base, strength))

    async def _apply(self, changes: Mapping[str, Any]) -> None:
        built = await self.lab.change(changes)
        self._note.set_text(f"{', '.join(changes)}: {_describe(built)}")
        self.refresh()

    def _current(self) -> Experiment | None:
        return self.lab.yours.experiment if self.lab.yours is not None else None


class _Field:
    """A field of one key; what is wrong with a value is shown below it.

    Args:
        setting: the key.
        apply: changes the experiment; raises ExperimentError if the value is not valid.
        owner: the regularizer of the key; screen readers read it before the label, which is not unique.
    """

    def __init__(self, setting: Setting, apply: Callable[[Mapping[str, Any]], Any], owner: str = "") -> None:
        self._setting, self._apply = setting, apply
        self._shown: Any = None
        self._is_shown = False
        if setting.choices:
            options = {value: show_value(value) for value in setting.choices}
            self._element: Any = ui.select(options, label=setting.label, on_change=self._change)
        else:
            self._element = ui.input(setting.label)
            self._element.on("keydown.enter", self._change).on("blur", self._change)
        self._element.props("dense").classes(f"is-{setting.key}").tooltip(setting.help)
        if owner:
            self._element.props(f'aria-label="{owner} {setting.label}"')

    def show(self, experiment: Experiment) -> None:
        """Shows the value of an experiment, unless only what is typed has changed.

        The field is off if the experiment has no such key.
        """
        value = read_value(experiment, self._setting.key)
        exists = value is not None or self._setting.key.startswith("regularizers.")
        self._element.set_enabled(exists)
        if not self._is_shown or value != self._shown:
            self._is_shown, self._shown = True, value
            self._element.error = None
            self._element.set_value(value if self._setting.choices else show_value(value))

    async def _change(self) -> None:
        text = self._element.value
        is_same = text == self._shown if self._setting.choices else text == show_value(self._shown)
        if is_same:
            self._element.error = None
            return
        try:
            value = text if self._setting.choices else parse_text(text or "")
            await self._apply({self._setting.key: value})
            self._element.error = None
        except ReglabError as error:
            self._element.error = str(error)


def _spell_out(regularizer: str) -> str:
    return regularizer.replace("_", " ")


def _describe(built: Built) -> str:
    return f"{_HOW.get(built.how, built.how)}, {built.seconds:.1f} s"

"""The experiment as text: checked while one types, and started."""

from collections.abc import Sequence
from dataclasses import replace

from nicegui import ui

from reglab.config.shipped import shipped_directory
from reglab.errors import ExperimentError, Problem
from reglab.experiment import Experiment
from reglab.live.lab.changes import describe_change, list_changes
from reglab.live.lab.presets import Text, find_line, list_presets
from reglab.live.lab.writing import write_yaml
from reglab.live.messages import Start
from reglab.live.page.site import Panel, Site, telling

_SECONDS_WITHOUT_EDIT = 0.3
"""Then the text is checked. Marks that arrive while one types would bring back an older text."""

# The element of the editor is not the one that has the focus.
_NAME = """
vnode => vnode.component.proxy.editorPromise.then(
  editor => editor.contentDOM.setAttribute('aria-label', 'Experiment in YAML'))
"""


class EditorPanel(Panel):
    """An editor with presets; restart with it, or keep what fits."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._draft = site.draft
        self._presets = {preset.name: preset for preset in list_presets()}
        self._shown: Experiment | None = None
        self._experiment: Experiment | None = None
        self._later: ui.timer | None = None
        with ui.element("div").classes("bar"):
            options = {name: f"{name}: {preset.question}" for name, preset in self._presets.items()}
            chosen = ui.select(
                options, label="Presets", on_change=lambda event: self._show(self._presets[event.value].text)
            )
            chosen.props("dense").classes("grow is-presets")
            ui.button("Current settings", icon="south", on_click=self._take_current).props(
                "flat no-caps"
            ).tooltip("Replace the text by the experiment that is trained").classes("is-current")
        self._editor = ui.codemirror(
            self._draft.content,
            language="YAML",
            line_wrapping=True,
            indent="  ",
            on_change=self._edit,
        ).style("height: 320px; border: 1px solid var(--edge); border-radius: 4px; width: 100%")
        self._editor.classes("is-editor").on("vnode-mounted", js_handler=_NAME)
        self._problems = ui.label().style("white-space: pre-wrap; width: 100%").props('aria-live="polite"')
        self._problems.classes("text-negative is-problems")
        self._differences = (
            ui.label().classes("soft").style("white-space: pre-line").classes("is-differences")
        )
        with ui.element("div").classes("bar"):
            self._restart = ui.button("Restart with this", icon="replay", on_click=self._start).props(
                "no-caps"
            )
            self._restart.classes("is-restart")
            self._keep = ui.button("Restart, keep what fits", icon="merge", on_click=self._start_with_weights)
            self._keep.props("outline no-caps").tooltip("Weights of the same name and shape are kept")
            self._keep.classes("is-keep")
        self._check()

    def refresh(self) -> None:
        """Shows what another part or page has written, and compares with the experiment that is trained.

        While someone types here, this text is the one that all pages get.
        """
        if self._later is None and self.site.draft != self._draft:
            self._show(self.site.draft)
        current = self._current()
        if current is not self._shown:
            self._shown = current
            self._compare()

    def set_dark(self, dark: bool) -> None:
        """Changes to a dark or light ground."""
        self._editor.set_theme("vscodeDark" if dark else "basicLight")

    def _current(self) -> Experiment | None:
        return self.lab.yours.experiment if self.lab.yours is not None else None

    def _show(self, draft: Text) -> None:
        """Replaces the text, on all pages."""
        self._draft = self.site.draft = draft
        self._editor.set_value(draft.content)
        self._check()

    def _take_current(self) -> None:
        current = self._current()
        if current is not None:
            self._show(Text(write_yaml(current), shipped_directory()))

    def _edit(self) -> None:
        content = self._editor.value or ""
        if content == self._draft.content:
            # Not an edit: the text was replaced.
            return
        self._draft = self.site.draft = replace(self._draft, content=content)
        if self._later is not None:
            self._later.cancel()
        self._later = ui.timer(_SECONDS_WITHOUT_EDIT, self._check, once=True)

    def _check(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        try:
            self._experiment = self._draft.check()
            self._mark(())
        except ExperimentError as error:
            self._experiment = None
            self._mark(error.problems)
        for button in (self._restart, self._keep):
            button.set_enabled(self._experiment is not None)
        self._compare()

    def _mark(self, problems: Sequence[Problem]) -> None:
        lines = {line: str(problem) for problem in problems if (line := find_line(problem))}
        self._editor.line_tooltips = lines
        last = (self._editor.value or "").count("\n") + 1
        self._editor.decorations = [
            {"kind": "line", "line": line, "class": "wrong-line"} for line in lines if line <= last
        ]
        self._problems.set_text("\n".join(map(str, problems)))

    def _compare(self) -> None:
        current = self._current()
        if current is None or self._experiment is None:
            self._differences.set_text("")
            return
        differences = list_changes(current, self._experiment)
        text = "\n".join(describe_change(each) for each in differences)
        self._differences.set_text(f"Changes:\n{text}" if text else "The same as what is trained.")

    async def _start(self) -> None:
        await self._begin(keep=False)

    async def _start_with_weights(self) -> None:
        await self._begin(keep=True)

    async def _begin(self, keep: bool) -> None:
        self._check()
        experiment = self._experiment
        if experiment is None:
            return
        with telling():
            yours = self.lab.yours
            if yours is None or yours.end_reason:
                await self.lab.open(Start(experiment=experiment))
            else:
                await self.lab.restart(experiment, keep)

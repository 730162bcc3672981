"""The log of the session: what was started and changed, and when."""

from nicegui import ui

from reglab.live.lab.log import Entry
from reglab.live.page.site import Panel, Site

_MOST_SHOWN = 200


class LogPanel(Panel):
    """The newest entries first; all of them can be saved as YAML."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._shown: Entry | None = None
        with ui.element("div").classes("bar"):
            ui.label("Numbered lines in the graphs are the changes of your network since its start.").classes(
                "soft grow"
            )
            ui.button("Save as YAML", icon="save", on_click=self._save).props("flat dense no-caps").classes(
                "is-save-log"
            )
            closed = ui.switch("pause while no page is open", value=site.pauses_when_closed)
            closed.props("dense").classes("is-pause-when-closed")
            closed.on_value_change(lambda event: setattr(site, "pauses_when_closed", bool(event.value)))
        self._list = ui.element("div").classes("log is-log")
        self.refresh()

    def refresh(self) -> None:
        """Shows new entries."""
        entries = self.lab.log.entries
        if not entries or entries[-1] is self._shown:
            return
        self._shown = entries[-1]
        self._list.clear()
        with self._list:
            for entry in list(entries)[: -_MOST_SHOWN - 1 : -1]:
                ui.label(f"{entry.time[11:19]} · {entry.images:,} examples · {entry.text}")

    def _save(self) -> None:
        ui.download.content(self.lab.log.to_yaml(), "log.yaml", "application/yaml")

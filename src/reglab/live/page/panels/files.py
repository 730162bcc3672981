"""Snapshots and networks on disk, and finished runs from which one can start."""

from nicegui import events, run, ui

from reglab.errors import ReglabError
from reglab.live.lab.folder import LARGEST_SNAPSHOT, NETWORK, SNAPSHOT, SavedFile
from reglab.live.messages import Start
from reglab.live.page.runs import label_runs
from reglab.live.page.site import Panel, Site, tell, telling
from reglab.runs.finding import RunRecord, find_runs

_MOST_LISTED = 30


class FilesPanel(Panel):
    """Saves, loads, downloads and uploads."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._listed: list[str] | None = None
        self._runs: dict[str, RunRecord] = {}
        ui.label(
            "A snapshot has the network, the optimizer, the settings and the position in the data: training "
            "continues exactly from there. A network in JSON can be read without reglab."
        ).classes("soft")
        with ui.element("div").classes("bar"):
            self._name = ui.input("Name", value="snapshot").props("dense").classes("is-snapshot-name")
            ui.button("Save snapshot", icon="save", on_click=lambda: self._save(SNAPSHOT)).props(
                "no-caps"
            ).classes("is-save-snapshot")
            ui.button("Save network as JSON", icon="data_object", on_click=lambda: self._save(NETWORK)).props(
                "no-caps outline"
            ).classes("is-save-network")
        self._list = ui.element("div").classes("is-files").style("width: 100%")
        self._upload = ui.upload(
            label="Load a snapshot or a network from a file",
            auto_upload=True,
            max_file_size=LARGEST_SNAPSHOT,
            on_upload=self._take,
            on_rejected=lambda: tell(f"expected one file of at most {LARGEST_SNAPSHOT // 2**20} MB"),
        )
        self._upload.props("flat bordered").style("width: 100%; max-width: 420px").classes(
            "is-upload-snapshot"
        )
        with ui.element("div").classes("bar"):
            self._choice = ui.select({}, label="Start from a finished run").props("dense").classes("grow")
            self._choice.classes("is-runs")
            ui.button("Start", icon="play_arrow", on_click=self._start_from_run).props(
                "no-caps outline"
            ).classes("is-start-run")

    async def open(self) -> None:
        """Lists what is on disk now."""
        self._show_files()
        found = await run.io_bound(find_runs, [self.site.results])
        complete = [each for each in found.runs if each.state == "complete"] if found else []
        names = label_runs([each.status.experiment for each in complete], complete)
        self._runs = dict(zip(names, complete, strict=True))
        self._choice.set_options(list(self._runs))

    def _show_files(self) -> None:
        files = list(self.lab.folder.list_saved())[:_MOST_LISTED]
        labels = [file.label for file in files]
        if labels == self._listed:
            return
        self._listed = labels
        self._list.clear()
        with self._list:
            for file in files:
                with ui.element("div").classes("bar"):
                    ui.label(file.label).classes("grow").style("overflow-wrap: anywhere")
                    load = ui.button("Load", on_click=lambda file=file: self._load(file)).props(
                        "flat dense no-caps"
                    )
                    load.classes(f"is-load-{file.label}")
                    ui.button("Download", on_click=lambda file=file: ui.download.file(file.path)).props(
                        "flat dense no-caps"
                    )

    async def _save(self, suffix: str) -> None:
        with telling():
            path = await self.lab.save(self._name.value, suffix)
            tell(f"Saved as {path}", "positive")
        self._show_files()

    async def _load(self, file: SavedFile) -> None:
        with telling():
            await self._continue_from(file)

    async def _continue_from(self, file: SavedFile) -> None:
        """Loads a file, or starts a network from it if none is there; raises RunError if it is refused."""
        if self.lab.yours is None or self.lab.yours.end_reason:
            await self.lab.open(Start(snapshot=file.path), file.path.name)
        else:
            await self.lab.load(file.path)
            tell(f"Loaded {file.label}", "positive")

    async def _take(self, event: events.UploadEventArguments) -> None:
        self._upload.reset()
        with telling():
            if event.file.size() > LARGEST_SNAPSHOT:
                tell("the file is too large")
                return
            path = self.lab.folder.keep_upload(await event.file.read())
            try:
                await self._continue_from(SavedFile(path, "the uploaded file"))
            except ReglabError:
                path.unlink(missing_ok=True)
                raise
            finally:
                self._show_files()

    async def _start_from_run(self) -> None:
        with telling():
            found = self._runs.get(self._choice.value)
            if found is not None:
                await self.lab.open(Start(run=found.directory.path), self._choice.value)

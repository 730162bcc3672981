"""Serves a page: of a lab, or of runs that are watched."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reglab.config.shipped import shipped_directory
from reglab.live.lab.ending import Ending
from reglab.live.lab.lab import Lab
from reglab.live.lab.presets import Text, list_presets
from reglab.live.lab.writing import write_yaml
from reglab.live.messages import Start
from reglab.live.page.server import Address, serve
from reglab.live.page.site import Site
from reglab.live.page.view import build_page
from reglab.live.page.watch import build_watch_page


@dataclass(frozen=True)
class Beginning:
    """What is trained first.

    Attributes:
        start: experiment, snapshot or finished run.
        origin: name of the snapshot or run, for the log.
        text: of the experiment's file, for the editor; None to write it from the experiment.
    """

    start: Start
    origin: str = ""
    text: Text | None = None


def run_lab(
    address: Address,
    beginning: Beginning | None,
    results: Path,
    data_directory: Path | None,
    announce: Callable[[str], None],
    open_browser: bool,
) -> Ending:
    """Serves the page until Ctrl-C; returns which snapshots were saved at the end.

    Args:
        address: of the page.
        beginning: None to let the user choose.
        results: folder of all results.
        data_directory: where data sets are searched.
        announce: called with the page's address.
        open_browser: whether a browser is opened.

    Raises:
        RunError: the address cannot be used, or the folder of the page cannot be created.
    """
    lab = Lab(results, data_directory)
    site = Site(lab, results, _choose_draft(beginning))
    ending = Ending()

    async def begin() -> None:
        lab.folder.prepare()
        if beginning is not None:
            await lab.open(beginning.start, beginning.origin)

    async def end() -> None:
        nonlocal ending
        ending = await lab.close()

    serve(address, lambda: build_page(site), begin, end, announce, open_browser)
    return ending


def run_watch(address: Address, results: Path, announce: Callable[[str], None], open_browser: bool) -> None:
    """Serves a page about the runs in a folder until Ctrl-C; raises RunError as `run_lab`."""

    async def nothing() -> None:
        return

    serve(address, lambda: build_watch_page(results), nothing, nothing, announce, open_browser)


def _choose_draft(beginning: Beginning | None) -> Text:
    """The text that the editor has at first."""
    if beginning is not None and beginning.text is not None:
        return beginning.text
    if beginning is not None and beginning.start.experiment is not None:
        return Text(write_yaml(beginning.start.experiment), shipped_directory())
    return list_presets()[0].text

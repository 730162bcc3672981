"""What all pages of a server share, and what every part of a page needs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nicegui import ui

from reglab.errors import ReglabError
from reglab.live.lab.lab import Lab, Name
from reglab.live.lab.network import LiveNetwork
from reglab.live.lab.presets import Text


@dataclass
class Site:
    """What the pages of a server have in common, so that they agree and a reload loses nothing.

    Attributes:
        lab: the networks.
        results: folder of all results.
        draft: text of the editor.
        image: number of the test image whose inside is shown, or the path of a picture of the user.
        graphs_from: images seen by each network where its graphs begin, after they were cleared.
        watches_inside: the pages that show the inside of the network.
        pauses_when_closed: whether the training pauses while no page is open; a page whose connection is lost
            stays open for a while.
    """

    lab: Lab
    results: Path
    draft: Text
    image: int | Path = 0
    graphs_from: dict[str, int] = field(default_factory=dict)
    watches_inside: set[str] = field(default_factory=set)
    pauses_when_closed: bool = False
    _open: set[str] = field(default_factory=set)
    _waits: bool = False

    def enter(self, page: str) -> None:
        """Counts a page as open; the training resumes if it paused because none was."""
        self._open.add(page)
        if self._waits:
            self._waits = False
            self.lab.transport.play()

    def leave(self, page: str) -> None:
        """Counts a page as closed; after the last one the training pauses, if that is wanted."""
        self._open.discard(page)
        if self.pauses_when_closed and not self._open:
            self._waits = self.lab.transport.plays
            self.lab.transport.pause()


class Panel:
    """A part of one page, refreshed once a second."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.lab = site.lab

    def refresh(self) -> None:
        """Shows what has changed."""


@contextmanager
def telling() -> Iterator[None]:
    """Shows what a user did wrong, and why a command was refused, in words."""
    try:
        yield
    except ReglabError as error:
        tell(str(error))


def tell(message: str, kind: str = "negative") -> None:
    """Shows a message until it is closed, if it is about an error."""
    stays = kind == "negative"
    ui.notify(
        message,
        type=kind,  # type: ignore[arg-type]
        multi_line=True,
        close_button="Close" if stays else False,
        timeout=15_000 if stays else 4_000,
    )


def name_networks(networks: Mapping[Name, LiveNetwork]) -> dict[Name, str]:
    """The labels of networks; two with the same label are told apart."""
    labels: dict[Name, str] = {
        name: network.experiment.label if network.experiment else name for name, network in networks.items()
    }
    if len(set(labels.values())) < len(labels):
        return {name: f"{label} ({name})" for name, label in labels.items()}
    return labels

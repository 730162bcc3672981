"""What all pages of a server share, and what every part of a page needs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nicegui import Client, ui

from reglab.errors import ReglabError
from reglab.experiment import Experiment
from reglab.live.lab.lab import Lab, Name
from reglab.live.lab.network import LiveNetwork
from reglab.live.lab.presets import Text

MOST_PAGES = 8
"""Browsers that may have the page open at a time; each costs time that the training then does not have."""


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
        pauses_when_closed: whether the training pauses while no page is open.
    """

    lab: Lab
    results: Path
    draft: Text
    image: int | Path = 0
    graphs_from: dict[str, int] = field(default_factory=dict)
    watches_inside: set[str] = field(default_factory=set)
    pauses_when_closed: bool = False


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


def count_pages() -> int:
    """The browsers that are connected."""
    return sum(client.has_socket_connection for client in Client.instances.values())


def name_networks(networks: Mapping[Name, LiveNetwork]) -> dict[Name, str]:
    """The labels of networks; two with the same label are told apart."""
    labels: dict[Name, str] = {
        name: network.experiment.label if network.experiment else name for name, network in networks.items()
    }
    if len(set(labels.values())) < len(labels):
        return {name: f"{label} ({name})" for name, label in labels.items()}
    return labels


def write_yaml(experiment: Experiment) -> str:
    """An experiment as the text of a file: the keys that differ from their defaults."""
    import yaml

    values = experiment.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    training = values.get("training", {})
    for part in ("optimizer", "schedule"):
        if part in training:
            # The name is a default of each kind of optimizer and schedule, but not that of an experiment.
            training[part] = {"name": getattr(experiment.training, part).name, **training[part]}
    regularizers = experiment.regularizers.model_dump(mode="json", exclude_none=True)
    if regularizers:
        values["regularizers"] = regularizers
    text: str = yaml.safe_dump(
        values, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None
    )
    return text

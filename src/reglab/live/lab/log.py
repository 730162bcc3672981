"""What was done on the page: starts and changes, which are marked on the graphs and saved as YAML."""

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from reglab.differences import KeyDifference
from reglab.experiment import Experiment
from reglab.live.lab.changes import describe_change, list_changes
from reglab.live.lab.folder import NETWORK
from reglab.live.messages import Built

MOST = 5_000
"""Entries that are kept; the oldest ones are dropped."""

Action = Literal["started", "changed", "restarted", "restored", "saved", "weights loaded"]


class Entry(BaseModel):
    """One line of the log."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    time: str
    """UTC, ISO 8601."""
    network: str
    """`yours` or `baseline`."""
    action: Action
    images: Annotated[int, Field(ge=0)]
    """Seen by the network until then."""
    changes: tuple[str, ...] = ()
    """`key: old → new`."""
    detail: str = ""
    training: str = Field(default="", exclude=True)
    """Of `Built`; it is not written."""

    @property
    def text(self) -> str:
        """The entry in one line."""
        parts = [self.action, "; ".join(self.changes), self.detail]
        return f"{self.network}: " + " ".join(part for part in parts if part)


class Log:
    """The entries of a page, the oldest first."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=MOST)
        # The latest experiment of each network.
        self._known: dict[str, Experiment] = {}

    def add_built(self, network: str, event: Built, origin: str = "") -> None:
        """Adds what a worker has built, with its changes; nothing if only names have changed.

        Args:
            network: its name.
            event: what was built.
            origin: name of the file or run that it comes from.
        """
        before = self._known.get(network)
        self._known[network] = event.experiment
        differences = () if before is None else list_changes(before, event.experiment)
        action: Action = "changed"
        detail = ""
        if event.how in ("started", "restarted"):
            action, detail = event.how, event.experiment.label
        elif event.how == "restored":
            action, detail = "weights loaded" if origin.endswith(NETWORK) else "restored", origin
        elif not differences:
            return
        self.add(network, action, event.images, differences, detail, event.training)

    def forget(self, network: str) -> None:
        """The next experiment of a network is not a change of its last one."""
        self._known.pop(network, None)

    def add(
        self,
        network: str,
        action: Action,
        images: int,
        differences: Sequence[KeyDifference] = (),
        detail: str = "",
        training: str = "",
    ) -> None:
        """Adds an entry with the current time."""
        self.entries.append(
            Entry(
                time=datetime.now(UTC).isoformat(timespec="seconds"),
                network=network,
                action=action,
                images=images,
                changes=tuple(describe_change(each) for each in differences),
                detail=detail,
                training=training,
            )
        )

    def marks(self, network: str) -> list[tuple[int, str]]:
        """The changes of the current training of a network: images seen, and what changed.

        A jump back drops those that were made later.
        """
        marks: list[tuple[int, str]] = []
        training = ""
        for entry in self.entries:
            if entry.network != network or entry.action == "saved":
                continue
            if entry.training != training:
                training = entry.training
                marks.clear()
            while marks and marks[-1][0] > entry.images:
                marks.pop()
            if entry.action in ("changed", "restored", "weights loaded"):
                marks.append((entry.images, "; ".join(entry.changes) or f"{entry.action} {entry.detail}"))
        return marks

    def to_yaml(self) -> str:
        """All entries as a YAML list."""
        values = [entry.model_dump(mode="json", exclude_defaults=True) for entry in self.entries]
        return yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=10_000)

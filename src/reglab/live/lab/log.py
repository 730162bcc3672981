"""What was done on the page: starts and changes, which are marked on the graphs and saved as YAML."""

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from reglab.differences import KeyDifference
from reglab.live.lab.changes import describe_change

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

    @property
    def text(self) -> str:
        """The entry in one line."""
        parts = [self.action, "; ".join(self.changes), self.detail]
        return f"{self.network}: " + " ".join(part for part in parts if part)


class Log:
    """The entries of a page, the oldest first."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=MOST)

    def add(
        self,
        network: str,
        action: Action,
        images: int,
        differences: Sequence[KeyDifference] = (),
        detail: str = "",
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
            )
        )

    def marks(self, network: str) -> list[tuple[int, str]]:
        """The changes of a network since its last start: images seen, and what changed."""
        marks: list[tuple[int, str]] = []
        for entry in self.entries:
            if entry.network != network:
                continue
            if entry.action in ("started", "restarted"):
                marks.clear()
            elif entry.action in ("changed", "restored", "weights loaded"):
                marks.append((entry.images, "; ".join(entry.changes) or f"{entry.action} {entry.detail}"))
        return marks

    def to_yaml(self) -> str:
        """All entries as a YAML list."""
        values = [entry.model_dump(mode="json", exclude_defaults=True) for entry in self.entries]
        return yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=10_000)

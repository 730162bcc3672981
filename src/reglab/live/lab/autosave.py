"""A snapshot of a network once a minute, from which it continues after the end of its process."""

import time
from pathlib import Path

from reglab.live.lab.network import LiveNetwork
from reglab.live.messages import Refused, Save

_SECONDS = 60.0


class Autosave:
    """The latest snapshot of one network.

    Args:
        path: of the snapshots that are written here.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = time.monotonic()
        self._steps = 0
        self._latest: Path | None = None
        self._expected: Path | None = None

    @property
    def path(self) -> Path | None:
        """The snapshot; None if there is none of the current training."""
        return self._latest if self._latest is not None and self._latest.is_file() else None

    def forget(self, successor: Path | None = None) -> None:
        """The next snapshot is the first one of another training.

        Args:
            successor: the snapshot from which it starts, which is the latest one as soon as it is restored.
        """
        self._at, self._steps, self._latest = time.monotonic(), 0, None
        self._expected = successor

    def confirm(self) -> None:
        """The worker has restored the snapshot from which it has started."""
        if self._expected is not None:
            self._latest, self._expected = self._expected, None

    def remember(self, snapshot: Path) -> None:
        """The user has saved a snapshot of the current training, or has loaded one."""
        self._latest = snapshot

    async def save_if_due(self, network: LiveNetwork) -> None:
        """Saves a network that has been trained since the last time, if that is a minute ago."""
        sample = network.sample
        if sample is None or network.state not in ("running", "paused", "complete"):
            return
        if sample.steps == self._steps or time.monotonic() - self._at < _SECONDS:
            return
        self._at = time.monotonic()
        answer = await network.ask(Save(path=self._path))
        if isinstance(answer, Refused):
            message = f"no snapshot could be saved: {answer.message}"
            if message not in network.messages:
                network.messages.append(message)
        else:
            self._steps, self._latest = sample.steps, self._path

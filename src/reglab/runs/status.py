"""The status of a run, `status.json`, with the heartbeat of the process that trains it."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from reglab.errors import RunError
from reglab.machine import find_boot, find_host
from reglab.runs.document import Document, read_document, write_document

HEARTBEAT_INTERVAL = 10.0
"""Seconds between two heartbeats."""
HEARTBEAT_LIMIT = 60.0
"""Seconds without a heartbeat after which a process on another machine is considered ended."""

State = Literal["running", "complete", "interrupted", "failed"]
Count = Annotated[int, Field(ge=0)]


class Status(Document):
    """Identity of a run, its state, and the process that trains it."""

    state: State
    """As last written; `running` also after the process was killed."""
    identity: str
    """Hash of the resolved experiment without its seed: equal for all runs of one experiment."""
    experiment: str
    """The experiment's name."""
    title: str
    """Name of the experiment in figures and tables."""
    seed: Count
    epochs_done: Count
    epochs: Count
    """Epochs of the experiment."""
    started: AwareDatetime
    updated: AwareDatetime
    """Last change of state or epochs."""
    heartbeat: AwareDatetime | None = None
    """Time of the last heartbeat; None in runs of earlier versions."""
    pid: int
    """Process of the last attempt."""
    host: str
    """Machine of that process."""
    boot: str = ""
    """Identity of the kernel of that machine; empty in runs of earlier versions and where it has none."""
    images: str = ""
    """Fingerprint of the images and their split; a run resumes only with equal ones. Empty if unknown."""
    files: Mapping[str, str] = Field(default_factory=dict)
    """Hashes of the results of a complete run, by file name; empty in runs of earlier versions."""
    validation: str = ""
    """Which images: `test set`, `500 images of the test set`, `held-out 10 % of train`, `images of val/`."""
    message: str = ""
    """Why the run failed; empty otherwise."""
    version: str
    """Of reglab."""

    @property
    def is_trained_elsewhere(self) -> bool:
        """Whether a recent heartbeat shows that a process on another machine trains the run.

        A process on this machine is shown by the lock (`is_locked`). Another machine may have the same name.
        """
        is_here = self.host == find_host() and self.boot in ("", find_boot())
        if self.state != "running" or is_here or self.heartbeat is None:
            return False
        # Clocks of two machines may differ by seconds, in both directions.
        return abs((datetime.now(UTC) - self.heartbeat).total_seconds()) <= HEARTBEAT_LIMIT


class StatusWriter:
    """Writes `status.json` while a run is trained: changes, and a heartbeat from a thread.

    Example:
        >>> writer = StatusWriter(run.status, status)
        >>> with writer.beating():
        ...     writer.update(epochs_done=1)
    """

    def __init__(self, path: Path, status: Status) -> None:
        """Writes the first status; raises RunError if the system refuses."""
        self._path = path
        self._status = status
        self._lock = threading.Lock()
        write_status(path, status)

    @property
    def status(self) -> Status:
        """As last written."""
        return self._status

    def update(self, **changes: Any) -> None:
        """Changes fields and writes them with the current time; raises RunError if the system refuses."""
        self._write(updated=datetime.now(UTC), **changes)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Writes a heartbeat every 10 seconds until the block ends."""
        stopped = threading.Event()

        def beat() -> None:
            while not stopped.wait(HEARTBEAT_INTERVAL):
                # A full disk must not end the thread: there may be space for the next heartbeat.
                with suppress(RunError):
                    self._write()

        thread = threading.Thread(target=beat, daemon=True, name="heartbeat")
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            thread.join()

    def _write(self, **changes: Any) -> None:
        with self._lock:
            changed = self._status.model_copy(update={"heartbeat": datetime.now(UTC), **changes})
            write_status(self._path, changed)
            self._status = changed


def read_status(path: Path) -> Status:
    """Reads a run's `status.json`; raises RunError if it is missing or damaged."""
    return read_document(path, Status)


def write_status(path: Path, status: Status) -> None:
    """Writes a run's `status.json` atomically; raises RunError if the system refuses."""
    write_document(path, status)

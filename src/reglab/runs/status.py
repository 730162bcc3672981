"""How far a run has come: `status.json`."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from reglab.runs.document import Document, read_document, write_document

State = Literal["running", "complete", "interrupted", "failed"]
Count = Annotated[int, Field(ge=0)]


class Status(Document):
    """Which experiment a run is of, and how far it has come."""

    state: State
    """As last written; a process that was killed leaves `running` behind."""
    identity: str
    """Hash of the resolved experiment but for its seed: what the runs of one experiment share."""
    experiment: str
    """The experiment's name."""
    title: str
    """What figures and tables call the experiment."""
    seed: Count
    epochs_done: Count
    epochs: Count
    """Epochs that the experiment asks for."""
    started: AwareDatetime
    updated: AwareDatetime
    pid: int
    """Process that trains, or trained, it."""
    host: str
    """Machine of that process."""
    images: str = ""
    """Fingerprint of the images and their split; a run never goes on with others."""
    validation: str = ""
    """Which images validation is: `test set`, `500 images of the test set`, `held-out 10 % of train`."""
    message: str = ""
    """Why it failed or stopped."""
    version: str
    """Of reglab."""


def read_status(path: Path) -> Status:
    """Reads a run's `status.json`; raises RunError where there is none."""
    return read_document(path, Status)


def write_status(path: Path, status: Status) -> None:
    """Writes a run's `status.json` atomically; raises RunError where the system refuses."""
    write_document(path, status)

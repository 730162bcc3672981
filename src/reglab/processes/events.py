"""Messages, one JSON object a line: the parent sends a job, and the worker sends events."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    TypeAdapter,
    ValidationInfo,
)

from reglab.experiment import Experiment
from reglab.runs.history import Epoch

COMPLETE, FAILED, INTERRUPTED = 0, 1, 130
"""Exit codes of a worker; 2 is wrong input."""


def _write_path(path: Path) -> str:
    return os.fsencode(path).decode("latin-1")


def _read_path(value: str | Path, info: ValidationInfo) -> Path:
    # In strict JSON, pydantic's own validation refuses bytes that are not UTF-8.
    return Path(os.fsdecode(str(value).encode("latin-1")) if info.mode == "json" else value)


AnyPath = Annotated[Path, PlainSerializer(_write_path, when_used="json"), PlainValidator(_read_path)]
"""A path whose bytes need not be UTF-8; JSON has one letter for each byte."""
Sentence = Annotated[str, AfterValidator(lambda text: text.encode(errors="backslashreplace").decode())]
"""A text that may name such a path."""


class Message(BaseModel):
    """One line."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="constants", use_attribute_docstrings=True)


class Job(Message):
    """The run that a worker trains, and the resources that it uses."""

    experiment: Experiment
    results: AnyPath
    """Folder of all results."""
    data_directory: AnyPath | None = None
    """The only directory in which the data set is searched; None: the places of `Source.places`."""
    fresh: bool = False
    """Whether an old run is set aside, so that the run starts again."""
    threads: Annotated[int, Field(ge=1)] | None = None
    """Threads of a computation on the CPU; None: one for each core that the process may use."""
    device: Annotated[str, Field(pattern=r"^(cpu|gpu:\d+)$")] | None = None
    """`cpu`, or one GPU, such as `gpu:1`; None: the choice of the backend."""


class Started(Message):
    """The training starts, or resumes after `epochs_done` epochs."""

    event: Literal["started"] = "started"
    title: str
    """Experiment and seed."""
    epochs: int
    epochs_done: int
    steps: int
    """Steps of each epoch."""
    images: int
    """Training images of each epoch."""


class Progress(Message):
    """Steps of an epoch are finished; sent at most ten times a second."""

    event: Literal["progress"] = "progress"
    epoch: int
    """Number of the epoch, from 1."""
    step: int
    images_per_second: float
    """Training images per second since the epoch started."""


class EpochDone(Message):
    """An epoch is recorded."""

    event: Literal["epoch"] = "epoch"
    row: Epoch
    """The epoch, as in the history."""
    images_per_second: float
    """Training images per second, without the time of measuring."""


class Note(Message):
    """A sentence for the user."""

    event: Literal["note"] = "note"
    message: Sentence


class Advice(Message):
    """Advice against a setting of the experiment, with its source."""

    event: Literal["advice"] = "advice"
    message: Sentence


class Warned(Message):
    """A problem that does not end the run."""

    event: Literal["warning"] = "warning"
    message: Sentence


class Finished(Message):
    """The run is complete; the last event."""

    event: Literal["finished"] = "finished"


class Failed(Message):
    """An error ended the worker; the last event."""

    event: Literal["failed"] = "failed"
    message: Sentence


Event = Started | Progress | EpochDone | Note | Advice | Warned | Finished | Failed

_EVENTS: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="event")])


def encode(message: Message) -> bytes:
    """Encodes a message as one line of JSON with a newline at its end."""
    return message.model_dump_json().encode() + b"\n"


def decode(line: bytes) -> Event:
    """Decodes one line; raises pydantic's ValidationError if it is not an event."""
    return _EVENTS.validate_json(line)

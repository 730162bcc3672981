"""Events between a worker and its parent."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from reglab.experiment import Experiment
from reglab.processes import events, reporting
from reglab.processes.events import Event, Job, decode, encode
from reglab.processes.reporting import EventListener, EventStream
from reglab.runs.history import Epoch

ROW = Epoch(1, 1 / 3, 1e-3, 1.0, 0.5, 1.0, 0.9, 0.623, 1.1, 0.51, 0.0, 0.113, 0.2)
ALL = (
    events.Started(title="½ [bold]\n", epochs=3, epochs_done=0, steps=10, images=1000),
    events.Progress(epoch=1, step=4, images_per_second=0.1 + 0.2),
    events.EpochDone(row=ROW, images_per_second=100.0),
    events.Note(message="a"),
    events.Advice(message="b"),
    events.Warned(message="c"),
    events.Finished(),
    events.Failed(message="d"),
)


@pytest.mark.parametrize("event", ALL)
def test_events_are_lines_of_json(event: Event) -> None:
    """One line for any text; floats are read back exactly; `event` is the type of the event."""
    line = encode(event)
    assert (line.count(b"\n"), line[-1:]) == (1, b"\n")
    assert decode(line) == event
    assert json.loads(line)["event"] == event.event


@pytest.mark.parametrize("line", [b"chatter\n", b"{}\n", b'{"event": "unknown"}\n'])
def test_other_lines_are_refused(line: bytes) -> None:
    """A line that is not an event is an error."""
    with pytest.raises(ValidationError):
        decode(line)


@pytest.mark.parametrize("device", ["cpu", "gpu:0", "gpu:12", None])
def test_a_job_is_a_line_of_json(device: str | None) -> None:
    """A job is read back equal."""
    experiment = Experiment.from_mapping({"regularizers": {"max_pooling": {}}})
    job = Job(experiment=experiment, results=Path("r"), threads=2, device=device)
    assert Job.model_validate_json(encode(job)) == job


def test_paths_need_not_be_utf_8() -> None:
    """A job has the same bytes again; a message has an escape, and so has a file."""
    strange = Path(os.fsdecode(b"r\xff\xe4"))
    job = Job(experiment=Experiment.from_mapping({}), results=strange, data_directory=strange)
    assert Job.model_validate_json(encode(job)) == job
    line = encode(events.Failed(message=f"cannot read {strange}"))
    assert decode(line) == events.Failed(message="cannot read r\\udcff\\udce4")


@pytest.mark.parametrize("wrong", [{"threads": 0}, {"device": "gpu"}, {"device": "gpu:x"}])
def test_impossible_resources_are_refused(wrong: dict[str, Any]) -> None:
    """Zero threads, and GPUs without a number."""
    with pytest.raises(ValidationError):
        Job(experiment=Experiment.from_mapping({}), results=Path("r"), **wrong)


def test_a_training_becomes_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is sent at most ten times a second; speeds do not include the time of measuring."""
    now = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    reader, writer = os.pipe()
    listener = EventListener(EventStream(writer))
    listener.say("a note")
    listener.begin("mp", 1, 0, 40, 1000)
    listener.begin_epoch(1)
    for step in range(1, 41):
        now[0] += 0.05
        listener.advance(step)
    now[0] += 10
    listener.end_epoch(ROW)
    listener.warn("a warning")
    listener.end()
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        got = [decode(line) for line in pipe]
    progress = [event for event in got if isinstance(event, events.Progress)]
    note, started, done, problem = (event for event in got if event not in progress)
    assert note == events.Note(message="a note")
    assert started == events.Started(title="mp", epochs=1, epochs_done=0, steps=40, images=1000)
    assert isinstance(done, events.EpochDone)
    assert (done.row, round(done.images_per_second)) == (ROW, 500)
    assert problem == events.Warned(message="a warning")
    assert 10 <= len(progress) <= 20
    assert {round(event.images_per_second) for event in progress} == {500}
    assert reporting._SECONDS_BETWEEN_PROGRESS == 0.1


def test_a_closed_pipe_is_not_an_error() -> None:
    """Further events are dropped."""
    reader, writer = os.pipe()
    stream = EventStream(writer)
    os.close(reader)
    for _ in range(2):
        stream.send(events.Finished())
    os.close(writer)

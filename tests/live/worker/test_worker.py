"""The worker of the page as a process."""

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reglab.experiment import Experiment
from reglab.live.messages import Built, Change, Refused, Sample, Save, Saved, Start, Train, decode_event
from reglab.processes.events import Advice, EpochDone, Failed, Message, encode

pytestmark = pytest.mark.slow


class Worker:
    """A started worker."""

    def __init__(self, start: Message) -> None:
        command = [sys.executable, "-m", "reglab.live.worker"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.seen: list[Any] = []
        self.send(start)

    def send(self, message: Message) -> None:
        """Sends one command."""
        assert self.process.stdin is not None
        self.process.stdin.write(encode(message))
        self.process.stdin.flush()

    def wait_for(self, fits: Callable[[Any], bool]) -> Any:
        """Reads events up to one that fits."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.seen.append(decode_event(line))
            if fits(self.seen[-1]):
                return self.seen[-1]
        raise AssertionError(f"the worker ended: {self.seen}")

    def end(self) -> int:
        """Closes the input, and waits for the end."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.seen += map(decode_event, self.process.stdout)
        return self.process.wait(20)


@pytest.fixture
def start(cache: Path) -> Iterator[Callable[[Message], Worker]]:
    workers: list[Worker] = []

    def make(message: Message) -> Worker:
        workers.append(Worker(message))
        return workers[-1]

    yield make
    for worker in workers:
        worker.process.kill()
        worker.process.wait()
        for stream in (worker.process.stdin, worker.process.stdout, worker.process.stderr):
            if stream is not None:
                stream.close()


def test_a_training_with_commands(
    start: Callable[[Message], Worker],
    make_experiment: Callable[..., Experiment],
    pictures: Path,
    tmp_path: Path,
) -> None:
    """It trains, is changed, saves, and refuses what is no command; another one goes on from the snapshot."""
    experiment = make_experiment(epochs=1000)
    worker = start(Start(experiment=experiment, data_directory=pictures, threads=1))
    built = worker.wait_for(lambda event: isinstance(event, Built))
    assert (built.how, set(built.classes), built.train_images) == (
        "started",
        {"dark", "middling", "bright"},
        60,
    )
    assert any(isinstance(event, Advice) for event in worker.seen)
    worker.send(Train())
    worker.wait_for(lambda event: isinstance(event, EpochDone))
    worker.send(Change(experiment=experiment.with_changes({"regularizers.l2": {}})))
    assert worker.wait_for(lambda event: isinstance(event, Built)).how == "rebuilt"
    assert worker.process.stdin is not None
    worker.process.stdin.write(b'{"command": "shell"}\n')
    worker.process.stdin.flush()
    assert worker.wait_for(lambda event: isinstance(event, Refused)).message.startswith("not a command: ")
    worker.send(Train(until=0))
    path, network = tmp_path / "a.snapshot.npz", tmp_path / "a.network.json"
    worker.send(Save(path=path))
    worker.send(Save(path=network))
    worker.wait_for(lambda event: event == Saved(path=network))
    sample = [event for event in worker.seen if isinstance(event, Sample)][-1]
    assert not sample.running
    assert worker.end() == 0

    other = start(Start(snapshot=path, data_directory=pictures, threads=1))
    restored = other.wait_for(lambda event: isinstance(event, Built) and event.how == "restored")
    continued = other.wait_for(lambda event: isinstance(event, Sample))
    assert (restored.images, continued.steps, continued.images) == (
        sample.images,
        sample.steps,
        sample.images,
    )
    assert restored.experiment.regularizers.names == ("l2",)
    assert other.end() == 0

    # Read without reglab.
    content = json.loads(network.read_text())
    assert content["format"] == "reglab network 1"
    layers = {layer["name"]: layer for layer in content["layers"]}
    kernel, bias = layers["conv_1_1"]["weights"]
    assert (kernel["shape"], bias["shape"], layers["conv_1_1"]["kind"]) == ([3, 3, 3, 4], [4], "Conv2D")
    values = np.frombuffer(base64.b64decode(kernel["values"]), "<f4")
    assert values.shape == (3 * 3 * 3 * 4,)
    assert np.isfinite(values).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "expected an experiment, a snapshot or a run to start from, got none of them"),
        ({"snapshot": Path("none.npz")}, "cannot read none.npz: No such file or directory"),
        ({"run": Path("none")}, "none: expected the folder of a run"),
    ],
)
def test_what_it_cannot_start_from(
    start: Callable[[Message], Worker], settings: dict[str, Path], message: str
) -> None:
    """One line, and exit code 2."""
    worker = start(Start(**settings))
    assert worker.end() == 2
    (failed,) = worker.seen
    assert isinstance(failed, Failed)
    assert failed.message.startswith(message)

"""Fixtures: a bench in this process, whose commands are carried out until the queue is empty."""

from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import keras
import pytest

from reglab.backend.precision import Choice
from reglab.backend.start import Backend
from reglab.experiment import Experiment
from reglab.live.messages import Built, Command, Diverged, Sample, Train
from reglab.live.worker.bench import Bench
from reglab.live.worker.snapshot import Snapshot
from reglab.processes.events import Message
from reglab.training.subject import Subject


class Driver:
    """A bench with the events that it has sent.

    Attributes:
        bench: the bench.
        events: all events, in order.
    """

    def __init__(self, subject: Subject, origin: Snapshot | None = None) -> None:
        self.events: list[Any] = []
        self._is_training = False
        self._reactions: dict[int, Command] = {}
        self._commands: SimpleQueue[Command | None] = SimpleQueue()
        backend = Backend(keras.backend.backend(), False, 1, Choice("float32", "for a test"))
        self.bench = Bench(subject, backend, self._commands, self._keep, origin=origin)

    def do(self, *commands: Command) -> list[Any]:
        """Carries out the commands; returns the events that they caused."""
        before = len(self.events)
        for command in commands:
            self._is_training = isinstance(command, Train)
            self._commands.put(command)
            if not self._is_training:
                self._commands.put(None)
            self.bench.run()
        return self.events[before:]

    def react(self, steps: int, command: Command) -> None:
        """Sends a command when a sample has this number of steps, while the bench trains."""
        self._reactions[steps] = command

    def last(self, kind: type[Any]) -> Any:
        """The last event of a kind."""
        return next(event for event in reversed(self.events) if isinstance(event, kind))

    def _keep(self, event: Message) -> None:
        self.events.append(event)
        if isinstance(event, Sample) and event.running and event.steps in self._reactions:
            self._commands.put(self._reactions.pop(event.steps))
        paused = self._is_training and isinstance(event, Sample) and not event.running
        paused = paused and event.steps >= self.bench._until
        has_ended = isinstance(event, Sample) and event.complete
        if self._is_training and (paused or has_ended or isinstance(event, Diverged)):
            self._is_training = False
            self._commands.put(None)


@pytest.fixture
def drive(
    make_experiment: Callable[..., Experiment],
    make_subject: Callable[[Experiment], Subject],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Driver]:
    """Make a bench of the tiny images, which sends a sample after each step."""
    monkeypatch.setattr("reglab.live.worker.observer._SAMPLE_SECONDS", 0.0)
    monkeypatch.setattr("reglab.live.worker.bench._WAIT_SECONDS", 0.0)

    def make(origin: Snapshot | None = None, **settings: Any) -> Driver:
        experiment = make_experiment(**settings) if origin is None else origin.experiment
        driver = Driver(make_subject(experiment), origin)
        assert isinstance(driver.events[0], Built)
        return driver

    return make

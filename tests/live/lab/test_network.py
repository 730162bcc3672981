"""A network of the page with its worker process."""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from reglab.errors import ExperimentError
from reglab.experiment import Experiment
from reglab.live.lab.network import LiveNetwork
from reglab.live.messages import NEVER, Built, Event, Predict, Predicted, Refused, Save, Saved, Start, Train

pytestmark = pytest.mark.slow
Follow = Callable[[Start, Callable[["Watched"], Coroutine[Any, Any, None]]], None]


class Watched:
    """A network, with a way to wait for what it does.

    Attributes:
        network: the network.
        events: all events so far.
    """

    def __init__(self, start: Start, log: Path) -> None:
        self.events: list[Event] = []
        self._changed = asyncio.Event()
        self.network = LiveNetwork(start, log, self._listen)

    async def wait_for(self, fits: Callable[[], Any]) -> None:
        """Waits until a condition holds; it is checked after each event."""
        while not fits():
            self._changed.clear()
            await self._changed.wait()

    def _listen(self, network: LiveNetwork, event: Event) -> None:
        self.events.append(event)
        self._changed.set()


@pytest.fixture
def follow(cache: Path, tmp_path: Path) -> Follow:
    """Start a network, run a coroutine with it, and end it."""

    def run(start: Start, act: Callable[[Watched], Coroutine[Any, Any, None]]) -> None:
        async def main() -> None:
            watched = Watched(start, tmp_path / "worker.log")
            await watched.network.start()
            try:
                await act(watched)
            finally:
                await watched.network.end()

        asyncio.run(main())

    return run


def test_changes_questions_and_the_end(
    follow: Follow, make_experiment: Callable[..., Experiment], pictures: Path, tmp_path: Path
) -> None:
    """Changes in quick succession are made together; wrong ones are refused before they are sent."""
    start = Start(experiment=make_experiment(epochs=10_000), data_directory=pictures, threads=1)

    async def act(watched: Watched) -> None:
        network = watched.network
        assert network.state == "starting"
        # Before the network is built, too.
        first = asyncio.create_task(network.change({"training.batch_size": 10}))
        await watched.wait_for(lambda: network.built is not None)
        network.send(Train(until=NEVER))
        answer = await first
        assert isinstance(answer, Built)
        assert answer.experiment.training.batch_size == 10
        await watched.wait_for(lambda: network.state == "running" and len(list(network.curve)) > 1)

        before = sum(isinstance(event, Built) for event in watched.events)
        rates = [0.001 + 0.0001 * number for number in range(50)]
        changes = [network.change({"training.optimizer.learning_rate": rate}) for rate in rates]
        answers = await asyncio.gather(*changes)
        assert network.built is not None
        assert network.built.experiment.training.optimizer.learning_rate == rates[-1]
        assert network.experiment == network.built.experiment
        assert {type(each) for each in answers} == {Built}
        assert sum(isinstance(event, Built) for event in watched.events) - before <= 3

        with pytest.raises(ExperimentError, match=r"expected a number in \[0, 1\), got 2"):
            await network.change({"regularizers.dropout": {"rate": 2}})
        refused = await network.change({"training.seed": 3})
        assert isinstance(refused, Refused)
        assert "a session cannot change this" in refused.message
        assert network.experiment == network.built.experiment

        predicted = await network.ask(Predict(count=3))
        assert isinstance(predicted, Predicted)
        assert len(predicted.predictions) == 3
        nowhere = await network.ask(Save(path=tmp_path / "nowhere" / "a.snapshot.npz"))
        assert isinstance(nowhere, Refused)
        network.send(Train(until=0))
        await watched.wait_for(lambda: network.state == "paused")
        await network.end()
        assert network.state == "ended"
        assert network.end_reason == "the page has ended it"

    follow(start, act)


def test_a_killed_worker_and_its_successor(
    follow: Follow, make_experiment: Callable[..., Experiment], pictures: Path, tmp_path: Path
) -> None:
    """Questions are answered, and another worker continues from the snapshot."""
    path = tmp_path / "a.snapshot.npz"
    start = Start(experiment=make_experiment(epochs=10_000), data_directory=pictures, threads=1)
    images: list[int] = []

    async def kill(watched: Watched) -> None:
        network = watched.network
        network.send(Train(until=7))
        await watched.wait_for(lambda: network.state == "paused" and network.sample.steps == 7)
        assert network.sample is not None
        images.append(network.sample.images)
        assert await network.ask(Save(path=path)) == Saved(path=path)
        assert network.process_id is not None
        question = asyncio.create_task(network.ask(Predict()))
        os.kill(network.process_id, signal.SIGKILL)
        await watched.wait_for(lambda: network.state == "ended")
        assert network.end_reason == "it ended with signal SIGKILL"
        answer = await question
        assert isinstance(answer, Refused | Predicted)
        assert await network.ask(Predict()) == Refused(command="predict", message=network.end_reason)

    async def resume(watched: Watched) -> None:
        network = watched.network
        await watched.wait_for(lambda: network.built is not None and network.built.how == "restored")
        await watched.wait_for(lambda: network.sample is not None and network.sample.steps == 7)
        assert network.sample is not None
        assert network.sample.images == images[0]

    follow(start, kill)
    follow(Start(snapshot=path, data_directory=pictures, threads=1), resume)


def test_a_start_that_fails_says_why(follow: Follow, tmp_path: Path) -> None:
    """The reason is the message of the command line."""
    path = tmp_path / "missing.snapshot.npz"

    async def act(watched: Watched) -> None:
        network = watched.network
        await watched.wait_for(lambda: network.state == "ended")
        assert network.end_reason == f"cannot read {path}: No such file or directory"

    follow(Start(snapshot=path), act)

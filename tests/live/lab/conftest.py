"""Fixtures: samples of a training, and labs with real workers."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from reglab.experiment import Experiment
from reglab.live.lab.lab import Lab
from reglab.live.lab.network import LiveNetwork
from reglab.live.messages import Predict, Sample, Start

T = TypeVar("T")
PATIENCE = 120
"""Seconds for one thing that a test waits for."""


class Stage:
    """A lab with an event loop that runs while a coroutine does, so that tests of a module can share it.

    Attributes:
        lab: the lab.
    """

    def __init__(self, results: Path, pictures: Path) -> None:
        self.lab = Lab(results, pictures)
        self._runner = asyncio.Runner()

    @property
    def yours(self) -> LiveNetwork:
        """The network that the controls change."""
        assert self.lab.yours is not None
        return self.lab.yours

    @property
    def baseline(self) -> LiveNetwork:
        """The network beside it."""
        assert self.lab.baseline is not None
        return self.lab.baseline

    @property
    def sample(self) -> Sample:
        """The latest sample of your network."""
        assert self.yours.sample is not None
        return self.yours.sample

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Runs a coroutine in the event loop."""
        return self._runner.run(coroutine)

    async def wait_for(self, fits: Callable[[], Any]) -> None:
        """Waits until a condition holds."""
        async with asyncio.timeout(PATIENCE):
            while not fits():
                await asyncio.sleep(0.005)

    async def open(self, start: Experiment | Start) -> None:
        """Starts a network, and pauses it before or after its first steps."""
        await self.lab.open(Start(experiment=start) if isinstance(start, Experiment) else start)
        await self.wait_for(lambda: self.yours.sample is not None)
        await self.pause()

    async def train(self, steps: int) -> None:
        """Plays, and waits until your network has done a number of steps and trains on."""
        goal = self.sample.steps + steps
        self.lab.transport.play()
        await self.wait_for(lambda: self.sample.steps >= goal and self.yours.state == "running")

    async def pause(self) -> None:
        """Pauses, and waits until nothing is trained any more."""
        self.lab.transport.pause()
        async with asyncio.timeout(PATIENCE), self.lab.transport.hold():
            pass

    async def reach(self, steps: int) -> None:
        """Waits until the networks pause after a number of steps; they would do more before they answer."""
        networks = self.lab.networks.values()
        await self.wait_for(
            lambda: all(
                (sample := each.sample) and sample.steps >= steps and not sample.running for each in networks
            )
        )
        for each in networks:
            await each.ask(Predict(count=1))

    async def step(self, count: int = 1) -> None:
        """Trains single steps, and waits until they are done."""
        goal = self.sample.steps + count
        for _ in range(count):
            await self.lab.transport.step()
        await self.reach(goal)

    def close(self) -> None:
        """Ends all processes."""
        self._runner.run(self.lab.close())
        self._runner.close()


@pytest.fixture(scope="session")
def make_sample() -> Callable[..., Sample]:
    """Make a sample of a running training on 1,000 images in batches of 100."""

    def make(images: int, **values: Any) -> Sample:
        defaults: dict[str, Any] = {
            "running": True,
            "complete": False,
            "steps": images // 100,
            "epoch": images / 1000,
            "learning_rate": 0.001,
            "batch_size": 100,
            "penalty": 0.0,
        }
        return Sample(images=images, **{**defaults, **values})

    return make


@pytest.fixture(scope="module")
def make_stage(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Iterator[Callable[[], Stage]]:
    """Make a stage, which the tests of a module may share."""
    stages: list[Stage] = []

    def make() -> Stage:
        stages.append(Stage(tmp_path_factory.mktemp("results"), pictures))
        return stages[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGLAB_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "training-cache"))
        yield make
        for stage in stages:
            stage.close()


@pytest.fixture(scope="module")
def stage(make_stage: Callable[[], Stage], make_experiment: Callable[..., Experiment]) -> Stage:
    """A stage with a paused network without regularizers, of 60 images in batches of 16."""
    stage = make_stage()
    stage.run(stage.open(make_experiment(epochs=100_000)))
    return stage

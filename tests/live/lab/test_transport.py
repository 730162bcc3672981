"""Playing, pausing and single steps."""

from collections.abc import Callable, Coroutine, Sequence
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from reglab.experiment import Experiment
from reglab.live.lab.network import LiveNetwork
from reglab.live.lab.transport import Transport
from reglab.live.messages import Built, Command, Sample, Start, Train
from tests.live.lab.conftest import Stage

IMAGES, BATCH, STEPS = 60, 16, 4


class Told(LiveNetwork):
    """A network without a process, which keeps the limits that it is told."""

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(Start(), Path(), lambda network, event: None)
        self.limits: list[int] = []
        self.built = Built(
            how="started",
            training="a",
            experiment=experiment,
            layers=(),
            classes=(),
            train_images=1000,
            images=0,
            seconds=0,
        )

    def send(self, command: Command) -> None:
        assert isinstance(command, Train)
        self.limits.append(command.until)


@pytest.fixture
def pair(make_experiment: Callable[..., Experiment]) -> Sequence[Told]:
    """Two networks that are being started."""
    return Told(make_experiment()), Told(make_experiment())


@pytest.fixture
def transport(pair: Sequence[Told]) -> Transport:
    return Transport(lambda: pair)


def test_a_pair_keeps_in_step(
    transport: Transport, pair: Sequence[Told], make_sample: Callable[..., Sample]
) -> None:
    """The limit is what the slower one does in 0.75 seconds beyond what both have done."""
    transport.play()
    assert [each.limits for each in pair] == [[], []]
    fast, slow = pair
    fast.sample = make_sample(20_000, images_per_second=9000.0)
    slow.sample = make_sample(19_000, images_per_second=4000.0)
    transport.receive_event()
    assert [each.limits for each in pair] == [[220], [220]]
    slow.sample = make_sample(19_800, images_per_second=4000.0)
    transport.receive_event()
    assert [each.limits for each in pair] == [[220, 228], [220, 228]]


def test_first_speeds_are_not_believed(
    transport: Transport, pair: Sequence[Told], make_sample: Callable[..., Sample]
) -> None:
    """After two steps, both train at most three more."""
    for each in pair:
        each.sample = make_sample(200, images_per_second=1e6)
    transport.play()
    assert [each.limits for each in pair] == [[5], [5]]


def test_a_pair_pauses_at_once(
    transport: Transport, pair: Sequence[Told], make_sample: Callable[..., Sample]
) -> None:
    """Not at the limit: the one that is behind does what the other has done more."""
    fast, slow = pair
    fast.sample = make_sample(20_000, images_per_second=9000.0)
    slow.sample = make_sample(19_000, images_per_second=4000.0)
    transport.play()
    transport.pause()
    assert [each.limits[1:] for each in pair] == [[200], [200]]
    # It had done three more steps before it heard that.
    fast.sample = make_sample(20_300, running=False, until=200)
    transport.receive_event()
    slow.sample = make_sample(20_300, running=False, until=203)
    transport.receive_event()
    assert [each.limits[1:] for each in pair] == [[200, 203], [200, 203]]


@pytest.mark.parametrize("state", ["ended", "diverged", "complete"])
def test_one_that_is_done_does_not_hold_up_the_other(
    transport: Transport, pair: Sequence[Told], make_sample: Callable[..., Sample], state: str
) -> None:
    """The other one is trained on alone."""
    done, other = pair
    done.sample = make_sample(1000, complete=state == "complete")
    done.end_reason, done.diverged = ("killed" * (state == "ended"), "nan" * (state == "diverged"))
    other.sample = make_sample(20_000, images_per_second=4000.0)
    transport.play()
    assert other.limits == [230]


@pytest.mark.slow
def test_steps_and_epochs_are_exact(stage: Stage, make_experiment: Callable[..., Experiment]) -> None:
    """A step is one batch, also of many in quick succession; an epoch ends where it ends."""
    step, epoch = stage.lab.transport.step, stage.lab.transport.epoch
    presses: Sequence[tuple[Sequence[Callable[[], Coroutine[Any, Any, None]]], int, int]] = (
        ((step,), 1, BATCH),
        ((step, step, step, step, step), 6, IMAGES + 2 * BATCH),
        ((epoch,), 2 * STEPS, 2 * IMAGES),
        ((epoch,), 3 * STEPS, 3 * IMAGES),
        ((step, epoch), 4 * STEPS, 4 * IMAGES),
    )

    async def act() -> None:
        await stage.lab.restart(make_experiment(epochs=100_000))
        for pressed, steps, images in presses:
            for press in pressed:
                await press()
            await stage.reach(steps)
            assert (stage.sample.steps, stage.sample.images, stage.yours.state) == (steps, images, "paused")

    stage.run(act())
    assert not stage.lab.transport.plays


@pytest.mark.slow
def test_play_and_pause(stage: Stage) -> None:
    """It trains until the pause, and not a step after it; a step and an epoch pause it too."""
    transport = stage.lab.transport

    presses: Sequence[tuple[Callable[[], Coroutine[Any, Any, None]], Callable[[int], int]]] = (
        (stage.pause, lambda images: 0),
        (transport.step, lambda images: 1),
        (transport.epoch, lambda images: ceil((IMAGES - images % IMAGES) / BATCH)),
    )

    async def act() -> None:
        for press, count in presses:
            await stage.train(2 * STEPS)
            assert transport.plays
            await press()
            assert not transport.plays
            goal = stage.sample.steps + count(stage.sample.images)
            await stage.reach(goal)
            assert (stage.sample.steps, stage.yours.state) == (goal, "paused")
        assert stage.sample.images % IMAGES == 0

    stage.run(act())


@pytest.mark.slow
def test_the_end_of_the_training(stage: Stage, make_experiment: Callable[..., Experiment]) -> None:
    """After the last epoch nothing is trained, until there are more epochs."""
    transport = stage.lab.transport

    async def act() -> None:
        await stage.lab.restart(make_experiment(epochs=2))
        transport.play()
        await stage.wait_for(lambda: stage.yours.state == "complete")
        assert (stage.sample.steps, stage.sample.images) == (2 * STEPS, 2 * IMAGES)
        await transport.step()
        await stage.reach(2 * STEPS)
        assert stage.sample.steps == 2 * STEPS
        await stage.lab.change({"training.epochs": 100_000})
        await stage.step()
        assert (stage.sample.steps, stage.yours.state) == (2 * STEPS + 1, "paused")

    stage.run(act())

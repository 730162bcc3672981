"""The snapshot once a minute."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from reglab.live.lab import autosave
from reglab.live.lab.autosave import Autosave
from reglab.live.lab.network import LiveNetwork, State
from reglab.live.messages import Command, Event, Refused, Sample, Save, Saved, Start


class Trained(LiveNetwork):
    """A network without a process that writes snapshots, or refuses to."""

    def __init__(self, sample: Sample) -> None:
        super().__init__(Start(), Path(), lambda network, event: None)
        self.sample = sample
        self.refusal = ""
        self.saved = 0

    @property
    def state(self) -> State:
        return "ended" if self.end_reason else "running"

    async def ask(self, command: Command) -> Event:
        assert isinstance(command, Save)
        if self.refusal:
            return Refused(command="save", message=self.refusal)
        command.path.write_text("snapshot")
        self.saved += 1
        return Saved(path=command.path)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the clock shows; a test changes them."""
    now = [1000.0]
    monkeypatch.setattr(autosave.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def save(tmp_path: Path) -> Autosave:
    return Autosave(tmp_path / "autosave.snapshot.npz")


def _wait(save: Autosave, network: Trained) -> None:
    asyncio.run(save.save_if_due(network))


def test_once_a_minute_if_it_was_trained(
    clock: list[float], save: Autosave, make_sample: Callable[..., Sample]
) -> None:
    """Not before a minute has passed, and not again without new steps."""
    network = Trained(make_sample(1000))
    for seconds, images, saved in ((59, 1000, 0), (2, 1000, 1), (120, 1000, 1), (1, 1100, 2), (1, 1200, 2)):
        clock[0] += seconds
        network.sample = make_sample(images)
        _wait(save, network)
        assert network.saved == saved
    network.end_reason = "killed"
    clock[0] += 120
    _wait(save, network)
    assert network.saved == 2


def test_a_failure_is_told_once_and_tried_again(
    clock: list[float], save: Autosave, make_sample: Callable[..., Sample]
) -> None:
    """A full disk is a message on the page, not a hundred; the snapshot before it stays the latest one."""
    network = Trained(make_sample(1000))
    network.refusal = "cannot write a: No space left on device"
    for _ in range(3):
        clock[0] += 61
        _wait(save, network)
    assert list(network.messages) == ["no snapshot could be saved: cannot write a: No space left on device"]
    assert save.path is None
    network.refusal = ""
    clock[0] += 61
    _wait(save, network)
    assert save.path is not None


def test_the_latest_snapshot(
    clock: list[float], save: Autosave, make_sample: Callable[..., Sample], tmp_path: Path
) -> None:
    """What a user has saved or loaded is later than what was saved before; another training has none."""
    network = Trained(make_sample(1000))
    clock[0] += 61
    _wait(save, network)
    automatic = save.path
    assert automatic is not None
    mine = tmp_path / "mine.snapshot.npz"
    mine.write_text("snapshot")
    save.remember(mine)
    assert save.path == mine
    mine.unlink()
    assert save.path is None
    save.remember(automatic)
    save.forget()
    assert save.path is None


def test_a_training_from_a_snapshot(save: Autosave, tmp_path: Path) -> None:
    """The snapshot is the latest one when the worker has restored it, not before."""
    mine = tmp_path / "mine.snapshot.npz"
    mine.write_text("snapshot")
    save.forget(mine)
    assert save.path is None
    save.confirm()
    assert save.path == mine
    save.forget(mine)
    save.forget()
    save.confirm()
    assert save.path is None

"""The snapshots at the end of a lab."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from reglab.live.lab.ending import Ending, save_last, was_trained
from reglab.live.lab.network import LiveNetwork
from reglab.live.messages import Command, Event, Sample, Saved, Start


class _Trained(LiveNetwork):
    """A network without a process that says of every file that it is written."""

    def __init__(self, sample: Sample | None) -> None:
        super().__init__(Start(), Path(), lambda network, event: None)
        self.sample = sample

    async def ask(self, command: Command) -> Event:
        return Saved(path=Path("a"))


def test_which_networks_are_saved(tmp_path: Path, make_sample: Callable[..., Sample]) -> None:
    """Those that were trained, work, and have not diverged."""
    networks = {
        "trained": _Trained(make_sample(1000)),
        "starting": _Trained(None),
        "new": _Trained(make_sample(0)),
        "ended": _Trained(make_sample(1000)),
        "diverged": _Trained(make_sample(1000)),
    }
    networks["ended"].end_reason = "killed"
    networks["diverged"].diverged = "the loss became nan"
    assert [name for name, network in networks.items() if was_trained(network)] == ["trained"]
    ending = asyncio.run(save_last(networks.items(), tmp_path))
    assert ending == Ending(saved=(tmp_path / "last-trained.snapshot.npz",))

"""What a network starts from: checked before another network is ended for it, and chosen after an end."""

import asyncio
from pathlib import Path

from reglab.errors import RunError
from reglab.live.lab.folder import SNAPSHOT
from reglab.live.lab.network import LiveNetwork
from reglab.live.messages import Start
from reglab.live.worker.snapshot import read_snapshot


async def check_origin(start: Start) -> None:
    """Reads the snapshot of a start in a thread; an experiment and a run are checked by the worker.

    Raises:
        RunError: the file is not a snapshot, or is damaged.
    """
    if start.snapshot is None:
        return
    if not start.snapshot.name.endswith(SNAPSHOT):
        raise RunError(
            f"{start.snapshot.name} has only weights: start an experiment with the same network, and load "
            "the file into it"
        )
    await asyncio.to_thread(read_snapshot, start.snapshot)


def choose_origin(ended: LiveNetwork, snapshot: Path | None) -> Start:
    """Chooses what a network whose process has ended starts from.

    Args:
        ended: the network.
        snapshot: its last one, if there is one.
    """
    if snapshot is not None:
        return Start(snapshot=snapshot)
    if ended.built is None or ended.origin.run is not None:
        return ended.origin
    return Start(experiment=ended.experiment)

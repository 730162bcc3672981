"""The snapshots at the end of a lab, from which its networks continue the next time."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reglab.live.lab.folder import SNAPSHOT
from reglab.live.lab.network import LiveNetwork
from reglab.live.messages import Refused, Save

_PATIENCE = 20.0
"""Seconds until the end of the program does not wait any longer for a snapshot."""


@dataclass(frozen=True)
class Ending:
    """What is left of a lab.

    Attributes:
        saved: snapshots of the networks that were trained.
        problems: why there is no snapshot of the others.
    """

    saved: tuple[Path, ...] = ()
    problems: tuple[str, ...] = ()


def was_trained(network: LiveNetwork) -> bool:
    """Whether there is something to save, and a process that can save it.

    Nothing can continue from a network that has diverged.
    """
    if network.sample is None or network.end_reason or network.diverged:
        return False
    return network.sample.steps > 0


async def save_last(networks: Iterable[tuple[str, LiveNetwork]], folder: Path) -> Ending:
    """Saves a snapshot of each network that was trained.

    Args:
        networks: with their names.
        folder: of the snapshots.
    """
    saved: list[Path] = []
    problems: list[str] = []
    for name, network in networks:
        if not was_trained(network):
            continue
        path = folder / f"last-{name}{SNAPSHOT}"
        try:
            answer = await asyncio.wait_for(network.ask(Save(path=path)), _PATIENCE)
        except TimeoutError:
            problems.append(
                f"no snapshot could be saved: {path} was not written within {_PATIENCE:.0f} seconds"
            )
            continue
        if isinstance(answer, Refused):
            problems.append(f"no snapshot could be saved: {answer.message}")
        else:
            saved.append(path)
    return Ending(tuple(saved), tuple(problems))

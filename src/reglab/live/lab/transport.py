"""Playing and pausing one network, or two in step."""

import asyncio
from collections.abc import Callable, Sequence
from math import ceil

from reglab.live.lab.network import LiveNetwork
from reglab.live.messages import NEVER, Train

_SECONDS_AHEAD = 0.75
"""How far one of two networks may be ahead of the other."""


class Transport:
    """Tells networks how far to train.

    A single network trains without a limit. Two networks train up to a common limit, which is raised while
    they come closer to it, so that they do the same steps at about the same time, and pause at the same step.

    Args:
        networks: returns the current networks.

    Attributes:
        plays: whether the networks shall train.
    """

    def __init__(self, networks: Callable[[], Sequence[LiveNetwork]]) -> None:
        self._networks = networks
        self._limit = 0
        self._happened = asyncio.Event()
        self.plays = False

    def play(self) -> None:
        """Trains until something else is said."""
        self.plays = True
        if len(self._networks()) == 1:
            self._tell(NEVER)
        else:
            # A limit without an end, or of networks that have restarted, is not a limit of both.
            self._limit = 0
            self._advance()

    def pause(self) -> None:
        """Stops after the current step; two networks stop at the limit, a moment later."""
        self.plays = False
        if len(self._networks()) == 1:
            self._tell(0)

    async def step(self) -> None:
        """Trains one step."""
        await self._train_on(lambda network: 1)

    async def epoch(self) -> None:
        """Trains to the end of the current epoch."""
        await self._train_on(_count_steps_to_end_of_epoch)

    def hear(self) -> None:
        """A network has sent an event."""
        if self.plays and len(self._networks()) > 1:
            self._advance()
        self._happened.set()

    def _tell(self, until: int) -> None:
        self._limit = until
        for network in self._networks():
            network.send(Train(until=until))

    def _advance(self) -> None:
        limit = _find_limit(self._networks())
        if limit is not None and limit > self._limit:
            self._tell(limit)

    async def _train_on(self, count: Callable[[LiveNetwork], int]) -> None:
        self.pause()
        while any(network.state in ("running", "starting") for network in self._networks()):
            self._happened.clear()
            await self._happened.wait()
        steps = [
            network.sample.steps + count(network)
            for network in self._networks()
            if network.sample is not None and network.state == "paused"
        ]
        if steps:
            self._tell(min(steps))


def _find_limit(networks: Sequence[LiveNetwork]) -> int | None:
    """The number of steps up to which networks may be trained now; None if there is nothing to train.

    It is what the slower one does in a moment beyond the steps that both have done. Networks that have ended,
    diverged or are complete do not hold up the others.
    """
    if any(network.state == "starting" for network in networks):
        return None
    samples = [
        network.sample
        for network in networks
        if network.sample is not None and network.state in ("running", "paused")
    ]
    if not samples:
        return None
    slowest = min((sample.images_per_second or 0) / sample.batch_size for sample in samples)
    return min(sample.steps for sample in samples) + max(1, round(_SECONDS_AHEAD * slowest))


def _count_steps_to_end_of_epoch(network: LiveNetwork) -> int:
    assert network.built is not None
    assert network.sample is not None
    left = network.built.train_images - network.sample.images % network.built.train_images
    return ceil(left / network.sample.batch_size)

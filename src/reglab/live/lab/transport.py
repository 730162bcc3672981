"""Playing and pausing one network, or two in step."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from math import ceil

from reglab.live.lab.network import LiveNetwork
from reglab.live.messages import NEVER, Sample, Train

_SECONDS_AHEAD = 0.75
"""How far one of two networks may be ahead of the other."""


class Transport:
    """Sends networks the number of steps up to which they train.

    A single network trains up to the goal. Two networks train up to a common limit, which is raised to the
    goal while they come closer to it, so that they do the same steps at about the same time. When they pause,
    one does the steps that the other has done more.

    Args:
        networks: returns the current networks.
    """

    def __init__(self, networks: Callable[[], Sequence[LiveNetwork]]) -> None:
        self._networks = networks
        # Numbers of steps: at which the networks pause, 0 for now; and the limit that was sent last.
        self._goal = self._limit = 0
        self._steps_singly = False
        self._holds = 0
        self._turn = asyncio.Lock()
        self._happened = asyncio.Event()

    @property
    def plays(self) -> bool:
        """Whether the networks train until the next pause, step or epoch."""
        return self._goal == NEVER

    def play(self) -> None:
        """Trains until the next pause, step or epoch."""
        self._goal, self._steps_singly = NEVER, False
        self._advance()

    def pause(self) -> None:
        """Stops after the current step; of two networks, one may have to do a few more."""
        self._goal, self._steps_singly = 0, False
        self._advance()

    async def step(self) -> None:
        """Trains one step, after the single steps that are still to be done."""
        async with self._turn:
            pending = any(sample.steps < self._goal for sample in _find_samples(self._networks()))
            if self._steps_singly and pending:
                self._goal += 1
                self._advance()
            else:
                await self._train_on(lambda network, sample: 1)
                self._steps_singly = not self.plays

    async def epoch(self) -> None:
        """Trains to the end of the current epoch."""
        async with self._turn:
            await self._train_on(_count_steps_to_end_of_epoch)

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[None]:
        """Pauses the networks, two of them at the same step, within the block."""
        self._holds += 1
        try:
            self._advance()
            await self._settle()
            yield
        finally:
            self._holds -= 1
            self._advance()

    def renew(self) -> None:
        """Sends the limit again, since a network has been replaced, restarted or restored."""
        if not self.plays:
            self._goal = 0
        self._steps_singly = False
        self._send(0)
        self.receive_event()

    def receive_event(self) -> None:
        """A network has sent an event."""
        self._advance()
        self._happened.set()

    def _advance(self) -> None:
        networks = self._networks()
        if self._holds or not self._goal:
            limit = _find_level(networks)
            if limit != self._limit:
                self._send(limit)
        else:
            limit = min(self._goal, _find_limit(networks))
            if limit > self._limit:
                self._send(limit)

    def _send(self, until: int) -> None:
        self._limit = until
        for network in self._networks():
            network.send(Train(until=until))

    async def _settle(self) -> None:
        """Waits until no network trains any more, after the command to pause."""
        while any(self._may_train(network) for network in self._networks()):
            self._happened.clear()
            await self._happened.wait()

    def _may_train(self, network: LiveNetwork) -> bool:
        """Whether a network trains, or has not received the last limit."""
        sample = network.sample
        if sample is None or network.state != "paused":
            return network.state in ("starting", "running")
        return sample.until != self._limit or sample.steps < self._limit

    async def _train_on(self, count: Callable[[LiveNetwork, Sample], int]) -> None:
        self.pause()
        await self._settle()
        goals = [
            network.sample.steps + count(network, network.sample)
            for network in self._networks()
            if network.sample is not None and network.state == "paused"
        ]
        if goals and not self.plays:
            self._goal = max(goals)
            self._advance()


def _find_samples(networks: Sequence[LiveNetwork]) -> list[Sample]:
    """The latest samples of the networks that can be trained."""
    return [
        network.sample
        for network in networks
        if network.sample is not None and network.state in ("running", "paused")
    ]


def _find_level(networks: Sequence[LiveNetwork]) -> int:
    """The number of steps at which networks pause as soon as possible."""
    return max((sample.steps for sample in _find_samples(networks)), default=0) if len(networks) > 1 else 0


def _find_limit(networks: Sequence[LiveNetwork]) -> int:
    """The number of steps up to which networks may be trained now; 0 if there is nothing to train.

    It is what the slower one of two does in a moment beyond the steps that both have done, and at least what
    one has done, so that both can pause there. Networks that have ended, diverged or are complete do not hold
    up the others.
    """
    if len(networks) == 1:
        return NEVER
    samples = _find_samples(networks)
    if not samples or any(network.state == "starting" for network in networks):
        return 0
    slowest = min((sample.images_per_second or 0) / sample.batch_size for sample in samples)
    done = [sample.steps for sample in samples]
    # The first speeds are measured on so few steps that they may be far too high.
    ahead = min(1 + min(done), max(1, round(_SECONDS_AHEAD * slowest)))
    return max(*done, min(done) + ahead)


def _count_steps_to_end_of_epoch(network: LiveNetwork, sample: Sample) -> int:
    assert network.built is not None
    left = network.built.train_images - sample.images % network.built.train_images
    return ceil(left / sample.batch_size)

"""The networks of a page, one or two side by side, and what can be done with them."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from reglab.errors import RunError
from reglab.experiment import Experiment
from reglab.live.lab.autosave import Autosave
from reglab.live.lab.curve import Curve
from reglab.live.lab.ending import Ending, save_last, was_trained
from reglab.live.lab.folder import SNAPSHOT, LiveFolder
from reglab.live.lab.log import Log
from reglab.live.lab.network import LiveNetwork
from reglab.live.lab.origin import check_origin, choose_origin
from reglab.live.lab.pair import SHARED, align
from reglab.live.lab.transport import Transport
from reglab.live.messages import Built, Change, Command, Event, Load, Refused, Restart, Save, Start
from reglab.machine import count_cores

Name = Literal["baseline", "yours"]
YOURS: Name = "yours"
BASELINE: Name = "baseline"


class Lab:
    """One network, or two that are trained side by side, each in a process of its own.

    All methods are called in one event loop. Where a worker refuses a command, they raise RunError with its
    reason; the training continues as before.

    Args:
        results: folder of all results; everything that is written goes to a folder in it.
        data_directory: where data sets are searched.

    Attributes:
        folder: of the files of this lab.
        log: what was done.
        networks: the baseline, if there is one, and yours, which the controls change; empty at first.
        transport: plays and pauses the networks.
    """

    def __init__(self, results: Path, data_directory: Path | None = None) -> None:
        self.folder = LiveFolder(results)
        self.log = Log()
        self.networks: dict[Name, LiveNetwork] = {}
        self.transport = Transport(lambda: tuple(self.networks.values()))
        self._data_directory = data_directory
        self._autosaves = {name: Autosave(self.folder.autosave(name)) for name in (BASELINE, YOURS)}
        self._saver: asyncio.Task[None] | None = None
        # Several pages may replace a network at once.
        self._replacing = asyncio.Lock()
        # Name of the file or run from which the next network comes, for the log.
        self._origin = ""

    @property
    def yours(self) -> LiveNetwork | None:
        """The network that the controls change; None before one is chosen."""
        return self.networks.get(YOURS)

    @property
    def baseline(self) -> LiveNetwork | None:
        """The network beside yours."""
        return self.networks.get(BASELINE)

    def last_snapshot(self, name: Name) -> Path | None:
        """The snapshot from which `recover` starts a network; None if its training has none."""
        return self._autosaves[name].path

    async def open(self, start: Start, origin: str = "") -> None:
        """Starts a network in a new process, and trains it; ends the networks before.

        Args:
            start: experiment, snapshot or finished run.
            origin: name of the snapshot or run, for the log.

        Raises:
            RunError: the folder cannot be created, or the snapshot cannot be read; the networks before it
                continue.
        """
        self.folder.prepare()
        await check_origin(start)
        async with self._replacing:
            await self._end_baseline()
            await self._keep_yours(start.snapshot)
            if self.yours is not None:
                await self.yours.end()
            self._autosaves[YOURS].forget(start.snapshot)
            self._origin = origin
            await self._launch(YOURS, start)
        self.transport.play()
        if self._saver is None:
            self._saver = asyncio.create_task(self._save_regularly())

    async def recover(self, name: Name) -> None:
        """Starts a network again whose process has ended, from its last snapshot if there is one.

        Raises:
            RunError: the snapshot cannot be read; the next call starts without it.
        """
        async with self._replacing:
            old, snapshot = self.networks[name], self.last_snapshot(name)
            if not old.end_reason:
                return
            self._origin = "after the end of its process"
            start = choose_origin(old, snapshot)
            try:
                await check_origin(start)
            except RunError:
                self._autosaves[name].forget()
                raise
            network = await self._launch(name, start, old.curve)
            if start.run is not None and old.experiment is not None:
                # It may have been changed since.
                network.send(Change(experiment=old.experiment))

    async def close(self) -> Ending:
        """Saves a snapshot of each network that was trained, and ends all processes."""
        if self._saver is not None:
            self._saver.cancel()
        ending = await save_last(tuple(self.networks.items()), self.folder.path)
        await asyncio.gather(*(network.end() for network in self.networks.values()))
        return ending

    # Changes.

    async def change(self, changes: Mapping[str, Any]) -> Built:
        """Changes keys of your experiment while it trains; those that a pair shares, of both.

        Raises:
            ExperimentError: the changed experiment is not valid.
        """
        yours = self._require()
        shared = {key: value for key, value in changes.items() if key in SHARED}
        for network in self.networks.values():
            # Both are checked before anything is sent.
            _find_experiment(network).with_changes(changes if network is yours else shared)
        if self.baseline is None or not shared:
            built = _accept(await yours.change(changes))
        else:
            async with self.transport.hold():
                built = _accept(await yours.change(changes))
                _accept(await self.baseline.change(shared))
        assert isinstance(built, Built)
        return built

    async def restart(self, experiment: Experiment, keep: bool = False) -> None:
        """Trains another experiment, or the same, from its first step on; both networks of a pair restart.

        Args:
            experiment: of your network; the other network of a pair takes its images, seed and batch size.
            keep: whether your network keeps every weight that fits.

        Raises:
            ExperimentError: the other network cannot have the images.
        """
        async with self._replacing:
            await self._restart(experiment, keep)

    async def compare_with(self, experiment: Experiment) -> None:
        """Trains another network beside yours, both from the first step on, on the same batches.

        Raises:
            ExperimentError: it cannot have the images of yours.
        """
        current = _find_experiment(self._require())
        aligned = align(experiment, current)
        async with self._replacing:
            await self._end_baseline()
            plays = self.transport.plays
            self.transport.pause()
            try:
                await self._restart(current)
                self._autosaves[BASELINE].forget()
                self.log.forget(BASELINE)
                await self._launch(BASELINE, Start(experiment=aligned))
            finally:
                if plays:
                    self.transport.play()

    async def stop_comparing(self) -> None:
        """Ends the other network; yours continues."""
        async with self._replacing:
            await self._end_baseline()

    # Files.

    async def save(self, name: str, suffix: str = SNAPSHOT) -> Path:
        """Saves your network; `suffix` is that of a snapshot or of a network in JSON."""
        yours, path = self._require(), self.folder.choose(name, suffix)
        await self._ask(yours, Save(path=path))
        if suffix == SNAPSHOT:
            self._autosaves[YOURS].remember(path)
        self.log.add(YOURS, "saved", _images(yours), detail=path.name)
        return path

    async def load(self, path: Path) -> None:
        """Continues from a snapshot, or takes the weights of a network in JSON."""
        yours = self._require()
        if self.baseline is not None:
            raise RunError("two networks are trained in step: stop comparing before you load a file")
        await self._keep_yours(path)
        self._origin = path.name
        await self._ask(yours, Load(path=path))
        self.transport.renew()
        if path.name.endswith(SNAPSHOT):
            self._autosaves[YOURS].remember(path)

    # Inside.

    def _require(self) -> LiveNetwork:
        if self.yours is None:
            raise RunError("there is no network yet: choose an experiment first")
        return self.yours

    async def _launch(self, name: Name, start: Start, curve: Curve | None = None) -> LiveNetwork:
        # Yours keeps all cores beside the baseline, because it may soon be alone again.
        threads = max(1, count_cores() // 2) if name == BASELINE else None
        start = start.model_copy(update={"data_directory": self._data_directory, "threads": threads})
        network = LiveNetwork(
            start, self.folder.log(name), lambda network, event: self._receive(name, network, event), curve
        )
        # The baseline is first, since it is on the left.
        networks = {**self.networks, name: network}
        self.networks = {each: networks[each] for each in (BASELINE, YOURS) if each in networks}
        await network.start()
        self.transport.renew()
        return network

    async def _end_baseline(self) -> None:
        baseline = self.networks.pop(BASELINE, None)
        if baseline is not None:
            await baseline.end()
            self.transport.renew()

    async def _restart(self, experiment: Experiment, keep: bool = False) -> None:
        self._require()
        commands: dict[Name, Restart] = {YOURS: Restart(experiment=experiment, keep=keep)}
        if self.baseline is not None:
            aligned = align(_find_experiment(self.baseline), experiment)
            commands[BASELINE] = Restart(experiment=aligned)
        await self._keep_yours()
        plays = self.transport.plays
        self.transport.pause()
        try:
            # Yours is first: if it is refused, the other one is not restarted.
            for name, command in commands.items():
                await self._ask(self.networks[name], command)
                self._autosaves[name].forget()
        finally:
            self.transport.renew()
            if plays:
                self.transport.play()

    def _receive(self, name: Name, network: LiveNetwork, event: Event) -> None:
        if self.networks.get(name) is network:
            if isinstance(event, Built):
                if event.how == "restored":
                    self._autosaves[name].confirm()
                self.log.add_built(name, event, self._origin)
            self.transport.receive_event()

    async def _ask(self, network: LiveNetwork, command: Command) -> Event:
        return _accept(await network.ask(command))

    async def _keep_yours(self, successor: Path | None = None) -> None:
        """Saves your network before it is replaced, if it can be saved; not over its successor."""
        if self.yours is not None and was_trained(self.yours):
            first, second = (self.folder.path / f"before-{name}{SNAPSHOT}" for name in ("restart", "load"))
            path = first if first != successor else second
            answer = await self.yours.ask(Save(path=path))
            if isinstance(answer, Refused):
                self.yours.messages.append(f"no snapshot could be saved: {answer.message}")

    async def _save_regularly(self) -> None:
        while True:
            await asyncio.sleep(1)
            for name, network in tuple(self.networks.items()):
                await self._autosaves[name].save_if_due(network)


def _accept(answer: Event) -> Event:
    if isinstance(answer, Refused):
        raise RunError(answer.message)
    return answer


def _images(network: LiveNetwork) -> int:
    return 0 if network.sample is None else network.sample.images


def _find_experiment(network: LiveNetwork) -> Experiment:
    if network.experiment is None:
        raise RunError("the network is still being built; try again in a moment")
    return network.experiment

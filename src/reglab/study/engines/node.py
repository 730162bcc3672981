"""What a machine of a Ray cluster does: it checks itself, and trains a run in a separate process."""

import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import ray
from ray.exceptions import RayError

from reglab.machine import find_host
from reglab.processes.events import Event, Failed, Job, Progress, Warned
from reglab.processes.launch import Outcome, RunProcess, start_run

_SECONDS_BETWEEN_PROGRESS = 1.0
_SECONDS_BETWEEN_CHECKS = 1.0


@dataclass(frozen=True)
class Origin:
    """The command that trains a study.

    Attributes:
        version: of reglab.
        host: name of its machine.
        mark: name of a file that it has written to the results, by which a machine recognizes them.
    """

    version: str
    host: str
    mark: str


@dataclass(frozen=True)
class Unfit:
    """Why a machine cannot train the runs of a study, in words."""

    message: str


class StopFlag:
    """An actor of Ray that reports whether the runs shall stop."""

    def __init__(self) -> None:
        self._is_set = False

    def set(self) -> None:
        """Makes all runs stop after their current step."""
        self._is_set = True

    def is_set(self) -> bool:
        """Whether the runs shall stop."""
        return self._is_set


def build_check() -> Callable[[str, Sequence[str]], str]:
    """Builds the check of a machine.

    Ray sends the built function as a whole, because it is not a name of a module. It can therefore run where
    reglab is missing or has another version.

    Returns:
        A function of the version of reglab that is expected, and of files that the machine must see in
        folders to which it can write. It returns what is wrong, in words, or an empty string.
    """

    def check(version: str, marks: Sequence[str]) -> str:
        import os
        import socket

        host = socket.gethostname()
        try:
            from reglab import __version__
        except ImportError:
            return f"reglab is not installed on {host}: pip install reglab=={version}"
        if __version__ != version:
            return f"expected reglab {version} on {host}, as on the machine of the command, got {__version__}"
        for mark in marks:
            folder = os.path.dirname(mark)
            if not os.path.exists(mark):
                return (
                    f"{host} does not have the results in {folder}: expected a folder that all machines "
                    "share under the same path; choose one with --results DIR"
                )
            if not os.access(folder, os.W_OK):
                return f"{host} cannot write to {folder}"
        return ""

    return check


def train_on_node(job: Job, origin: Origin, stop: Any) -> Generator[Event | Outcome | Unfit]:
    """Trains a run in a separate process of this machine; a generator task of Ray.

    Args:
        job: the run, with absolute paths.
        origin: the command.
        stop: handle of the `StopFlag`.

    Yields:
        The events of the run and its end, or why this machine cannot train it.
    """
    if problem := build_check()(origin.version, [str(job.results / origin.mark)]):
        yield Unfit(problem)
        return
    process = start_run(job)
    ended = threading.Event()
    # The main thread must not wait for another machine: Ray would start one more task on its cores.
    watch = threading.Thread(target=_stop_on_request, args=(process, stop, ended), daemon=True)
    watch.start()
    try:
        for event in thin_progress(process.events()):
            yield name_host(event, origin.host)
        yield process.wait()
    finally:
        # A cancellation raises KeyboardInterrupt above.
        ended.set()
        process.stop()
        process.wait()
        watch.join()


def thin_progress(events: Iterable[Event]) -> Iterator[Event]:
    """Yields at most one `progress` event a second, and all others."""
    latest = float("-inf")
    for event in events:
        if isinstance(event, Progress):
            now = time.monotonic()
            if now - latest < _SECONDS_BETWEEN_PROGRESS:
                continue
            latest = now
        yield event


def name_host(event: Event, home: str) -> Event:
    """Adds the name of this machine to the message of an error or a warning, unless it is `home`."""
    host = find_host()
    if host == home or not isinstance(event, Failed | Warned):
        return event
    return event.model_copy(update={"message": f"on {host}: {event.message}"})


def _stop_on_request(process: RunProcess, stop: Any, ended: threading.Event) -> None:
    while not ended.wait(_SECONDS_BETWEEN_CHECKS):
        try:
            if not ray.get(stop.is_set.remote()):
                continue
        except RayError:
            # The command, which owns the flag, has ended.
            pass
        process.stop()
        return

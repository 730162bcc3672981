"""Starts a run in a separate process, reads its events, and stops it."""

import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Protocol

from reglab.errors import ReglabError
from reglab.processes.events import COMPLETE, FAILED, Event, Job, Progress, decode, encode
from reglab.runs.layout import RunDirectory, run_path
from reglab.training.record.completeness import is_complete


@dataclass(frozen=True)
class Outcome:
    """The end of a run's process.

    Attributes:
        run: the run.
        code: exit code: 0 complete, 1 failed or killed, 2 wrong input, 130 interrupted.
        skipped: whether no process was started because the run was already complete.
        killed_by: name of the signal that killed the process, such as `SIGKILL`; otherwise empty.
    """

    run: RunDirectory
    code: int
    skipped: bool = False
    killed_by: str = ""


class WorkerProcess(Protocol):
    """The part of `subprocess.Popen` that a run needs."""

    @property
    def stdin(self) -> IO[bytes] | None:
        """Receives the job; the worker stops when it is closed."""

    @property
    def stdout(self) -> IO[bytes] | None:
        """Sends events."""

    def wait(self) -> int:
        """Waits for the end; returns the exit code, or minus the signal that killed the worker."""


class RunProcess:
    """A run that a separate process is training.

    A thread receives the events, so that the worker never waits for the caller. Of several consecutive
    `progress` events that the caller has not read, only the latest is kept.

    Example:
        >>> process = start_run(Job(experiment=experiment, results=Path("results")))
        >>> for event in process.events():
        ...     print(event)
        >>> process.wait().code
        0
    """

    def __init__(self, run: RunDirectory, worker: WorkerProcess | None) -> None:
        """Receives the events of a started worker; `worker` is None if the run is already complete."""
        self.run = run
        self._worker = worker
        self._events: deque[Event] = deque()
        self._changed = threading.Condition()
        self._is_open = worker is not None
        self._reader = threading.Thread(target=self._read, daemon=True, name="events")
        if worker is not None:
            self._reader.start()

    def events(self) -> Iterator[Event]:
        """Yields each event when it is received; ends when the worker has ended."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._events or not self._is_open)
                if not self._events:
                    return
                event = self._events.popleft()
            yield event

    def stop(self) -> None:
        """Makes the worker stop after the current step; returns immediately."""
        if self._worker is not None and self._worker.stdin is not None:
            with suppress(BrokenPipeError):
                self._worker.stdin.close()

    def wait(self) -> Outcome:
        """Waits until the process has ended, and returns how it ended."""
        if self._worker is None:
            return Outcome(self.run, COMPLETE, skipped=True)
        code = self._worker.wait()
        self._reader.join()
        self.stop()
        if code < 0:
            return Outcome(self.run, FAILED, killed_by=signal.Signals(-code).name)
        return Outcome(self.run, code)

    def _read(self) -> None:
        assert self._worker is not None
        assert self._worker.stdout is not None
        try:
            with self._worker.stdout as lines:
                for line in lines:
                    # The last line of a killed worker may be incomplete.
                    if line.endswith(b"\n"):
                        self._keep(decode(line))
        finally:
            with self._changed:
                self._is_open = False
                self._changed.notify_all()

    def _keep(self, event: Event) -> None:
        with self._changed:
            if self._events and isinstance(event, Progress) and isinstance(self._events[-1], Progress):
                self._events.pop()
            self._events.append(event)
            self._changed.notify_all()


def start_worker(job: Job) -> WorkerProcess:
    """Starts a worker as a new process; its job must be written to its input."""
    command = [sys.executable, "-m", "reglab.processes.worker"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def start_run(job: Job, start: Callable[[Job], WorkerProcess] = start_worker) -> RunProcess:
    """Starts the training of a run in a separate process, and returns immediately.

    Args:
        job: the run and its resources.
        start: starts the worker.

    Returns:
        The process; if the run is already complete, no process is started.
    """
    experiment = job.experiment
    run = RunDirectory(run_path(job.results, experiment.name, experiment.training.seed))
    if not job.fresh and _is_complete(run, job):
        return RunProcess(run, None)
    process: RunProcess | None = None
    try:
        with block_sigint():
            worker = start(job)
            process = RunProcess(run, worker)
            assert worker.stdin is not None
            # If the worker has already ended, `wait` reports its exit code.
            with suppress(BrokenPipeError):
                worker.stdin.write(encode(job))
                worker.stdin.flush()
    except KeyboardInterrupt:
        if process is not None:
            process.stop()
            process.wait()
        raise
    return process


@contextmanager
def block_sigint() -> Iterator[None]:
    """Blocks SIGINT until the block ends. A worker inherits this and unblocks it once it has a handler."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _is_complete(run: RunDirectory, job: Job) -> bool:
    """Whether nothing is left to train or to draw."""
    try:
        return run.curves.exists() and is_complete(run, job.experiment, job.data_directory)
    except (ReglabError, OSError):
        # The worker reports the error.
        return False

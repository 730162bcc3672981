"""Workers that are killed, or that lose disk space or power, at chosen moments; tests start them.

The moments are: before each change of a file or folder of the results, in the middle of a line of the
history, and after a step. They have the names of Python's audit events, such as `os.rename status.json`,
and two other names, `append history.csv` and `step`. A file that is about to be renamed is truncated
before the kill, as if the worker had been killed while it wrote the file.

`killed_worker.py train` imports Keras, and forks a worker for each request, a line of JSON each. With
`record`, workers do not train: they record numbers, each computed from the previous one, so that tests
can try every moment in seconds.
"""

import importlib
import json
import os
import random
import re
import resource
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from pydantic import BaseModel, ConfigDict
from volatile_disk import VolatileDisk

from reglab import files
from reglab.files import write_atomically
from reglab.processes import worker
from reglab.processes.events import Failed, Job, Warned, decode
from reglab.processes.reporting import EventStream
from reglab.runs import history, status
from reglab.runs.finding import RunRecord
from reglab.runs.history import Epoch
from reglab.runs.summary import Summary, write_summary
from reglab.training.listener import Listener
from reglab.training.loop.state import State
from reglab.training.record.checkpoint import Checkpoint
from reglab.training.record.journal import Journal
from reglab.training.subject import Subject

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_TEMPORARY = re.compile(r"^\.tmp-[0-9a-f]+-")
_ROOM = 1000


class Moment(BaseModel):
    """When something happens to a worker, and what.

    Attributes:
        results: folder whose changes are observed.
        name: name of the moment; empty for any moment.
        number: which moment of that name, from 1; 0 if nothing happens.
        part: fraction of the bytes that are written, in [0, 1].
        full: whether the disk is full from then on; otherwise the worker is killed.
        power: seed of what a power failure leaves of the run; negative if the power does not fail.
    """

    model_config = ConfigDict(frozen=True)

    results: Path
    name: str = ""
    number: int = 0
    part: float = 0.0
    full: bool = False
    power: int = -1


class Trigger:
    """Makes the worker fail at the moment."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._left = moment.number
        self._disk = VolatileDisk(random.Random(moment.power))

    def watch(self) -> None:
        """Observes every change of the results from now on."""
        sys.addaudithook(self._observe)
        for module in (history, files):
            vars(module)["os"] = _Os(self)

    def is_due(self, name: str) -> bool:
        """Counts a moment of this name; whether it is the one."""
        if self._moment.name in ("", name):
            self._left -= 1
            return self._left == 0
        return False

    def fail(self, room: int) -> None:
        """Kills this process, or limits the size of files to `room` bytes."""
        if self._moment.full:
            _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, most))
            return
        if self._moment.power >= 0:
            for run in self._moment.results.glob("*/seed-*"):
                self._disk.lose_power(run)
        os.kill(os.getpid(), signal.SIGKILL)

    def write_line(self, descriptor: int, line: bytes) -> int:
        """Writes a line, or the part of it that is written at the moment."""
        if self.is_due("append history.csv"):
            part = self._cut(len(line))
            if not self._moment.full:
                os.write(descriptor, line[:part])
            self.fail(os.fstat(descriptor).st_size + part)
        return os.write(descriptor, line)

    def fsync(self, descriptor: int) -> None:
        """Records what is on the disk if the power fails; does not call the slow `fsync`."""
        number = os.fstat(descriptor).st_ino
        for path in (self._moment.results, *self._moment.results.rglob("*")):
            if path.stat().st_ino == number:
                self._disk.fsync(descriptor, path)

    def _observe(self, event: str, arguments: tuple[Any, ...]) -> None:
        changes = arguments[2] & _WRITING if event == "open" else event.startswith(("os.", "shutil."))
        if not changes or event == "os.scandir" or not isinstance(arguments[0], str | Path):
            return
        path = Path(arguments[0])
        # `rmtree` reports names relative to their folder.
        if not (path.is_relative_to(self._moment.results) or path == Path(path.name)):
            return
        if self.is_due(f"{event} {_TEMPORARY.sub('', path.name)}"):
            if event == "os.rename" and not self._moment.full:
                os.truncate(path, self._cut(path.stat().st_size))
            self.fail(self._cut(_ROOM))

    def _cut(self, length: int) -> int:
        return int(self._moment.part * length)


class _Os:
    """The module `os` with another `write` and `fsync`."""

    def __init__(self, trigger: Trigger) -> None:
        self.write = trigger.write_line
        self.fsync = trigger.fsync

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


class _StepCounter(Listener):
    """Counts the steps of a training."""

    def __init__(self, trigger: Trigger) -> None:
        self._trigger = trigger

    def advance(self, step: int) -> None:
        if self._trigger.is_due("step"):
            self._trigger.fail(0)


def main() -> None:
    """Answers each request with the exit code of its worker, and its messages."""
    # A heartbeat would change a file at a random time.
    status.HEARTBEAT_INTERVAL = 1e6
    if sys.argv[1] == "record":
        worker._train, worker.draw_run = _record, _draw
    else:
        _import_keras()
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(_fork(Moment.model_validate(request["moment"]), request["job"])), flush=True)


def _import_keras() -> None:
    """Imports what every worker needs, without a computation, since threads do not survive a fork."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    importlib.import_module("reglab.training.trainer")
    threads = Path("/proc/self/task")
    if threads.exists() and len(list(threads.iterdir())) > 1:
        raise RuntimeError("Importing Keras has started threads: workers cannot be forked from here.")


def _fork(moment: Moment, job: str) -> tuple[int, str]:
    job_end, our_job_end = os.pipe()
    our_event_end, event_end = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(our_job_end)
        os.dup2(job_end, 0)
        os.dup2(event_end, 1)
        _work(Trigger(moment))
    os.close(job_end)
    os.close(event_end)
    os.write(our_job_end, job.encode() + b"\n")
    with os.fdopen(our_event_end, "rb") as lines:
        events = [decode(line) for line in lines]
    _, code = os.waitpid(process, 0)
    os.close(our_job_end)
    messages = (event.message for event in events if isinstance(event, Failed | Warned))
    return os.waitstatus_to_exitcode(code), "\n".join(messages)


def _work(trigger: Trigger) -> NoReturn:
    """One worker, with its job on standard input."""
    trigger.watch()

    def listen(stream: EventStream) -> Listener:
        return _StepCounter(trigger)

    vars(worker)["EventListener"] = listen
    os._exit(worker.main())


def _record(subject: Subject, journal: Journal, job: Job, listener: Listener) -> None:
    """Records epochs, each computed from the previous one; the results are the last array, and zeros."""
    training = subject.experiment.training
    before = journal.checkpoint
    array = before.state.variables["array"] if before else np.array([training.seed])
    for number in range(journal.epochs_done + 1, training.epochs + 1):
        numbers = np.random.default_rng([number, *array.tolist()])
        array = numbers.integers(2**63, size=100)
        row = Epoch(number, *numbers.random(12).tolist())
        state = State(number, 0, False, {"array": array})
        journal.record(Checkpoint(row, "float32", "tensorflow", state))
    run = journal.run
    for path in (run.predictions, run.weights, run.model):
        write_atomically(path, array.tobytes())
    empty = {int: 0, float: 0.0, str: "", tuple[str, ...]: ()}
    fields = Summary.model_fields.items()
    write_summary(run.summary, Summary.model_validate({name: empty.get(f.annotation) for name, f in fields}))
    journal.finish()


def _draw(run: RunRecord) -> None:
    """Writes the figure as text, since drawing takes a second."""
    write_atomically(run.directory.curves, repr(run.history))


if __name__ == "__main__":
    main()

"""Runs as processes of this machine: how many at a time, and how they are stopped."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue

import pytest

from reglab.experiment import Experiment
from reglab.processes.events import Event, Job, Note
from reglab.processes.launch import Outcome
from reglab.runs.layout import RunDirectory
from reglab.study.engines import local
from reglab.study.engines.base import Task
from reglab.study.engines.local import LocalEngine
from reglab.study.resources import Resources

NET = Experiment.from_mapping({"name": "net"})


class Process:
    """A process that ends when it is stopped, or when the test lets it."""

    started: list["Process"]

    def __init__(self, job: Job, start: object) -> None:
        self.job = job
        self._end: SimpleQueue[int] = SimpleQueue()
        self.started.append(self)

    def events(self) -> Iterator[Event]:
        yield Note(message="started")

    def stop(self) -> None:
        self._end.put(130)

    def end(self, code: int = 0) -> None:
        self._end.put(code)

    def wait(self) -> Outcome:
        return Outcome(RunDirectory(Path(str(self.job.experiment.training.seed))), self._end.get())


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """The processes, in the order in which they were started."""
    Process.started = []
    monkeypatch.setattr(local, "start_run", Process)
    monkeypatch.setattr(local, "can_fork", lambda: False)
    return Process.started


def list_tasks(*threads: int) -> Sequence[Task]:
    return [
        Task(Job(experiment=NET.with_seed(seed), results=Path("results")), count)
        for seed, count in enumerate(threads)
    ]


def test_as_many_as_the_cores_allow(started: list[Process]) -> None:
    """The next run starts when one has ended; each has its number of threads."""
    most = 0
    running: set[int] = set()

    def report(number: int, message: Event | Outcome) -> bool:
        nonlocal most
        if isinstance(message, Outcome):
            running.remove(number)
        else:
            running.add(number)
            most = max(most, len(running))
            # The fourth is alone if the third was ended together with the second.
            if len(running) == 2 or number >= 3:
                for each in list(running):
                    started[each].end()
        return True

    LocalEngine(Resources(cores=2)).train(list_tasks(1, 1, 1, 1, 2), report)
    assert most == 2
    assert [process.job.threads for process in started] == [1, 1, 1, 1, 2]
    assert {process.job.device for process in started} == {None}


def test_each_run_has_a_gpu(started: list[Process]) -> None:
    """The one with the fewest runs."""

    def report(number: int, message: Event | Outcome) -> bool:
        if len(started) == 4:
            for process in started:
                process.end()
        return True

    LocalEngine(Resources(cores=8, gpus=2, jobs=4)).train(list_tasks(1, 1, 1, 1), report)
    assert [process.job.device for process in started] == ["gpu:0", "gpu:1", "gpu:0", "gpu:1"]


def test_the_caller_stops_the_others(started: list[Process]) -> None:
    """Runs that are trained stop, waiting ones do not start."""
    outcomes: dict[int, int] = {}

    def report(number: int, message: Event | Outcome) -> bool:
        if isinstance(message, Outcome):
            outcomes[number] = message.code
        elif number == 1:
            started[1].end(1)
        return not outcomes

    LocalEngine(Resources(cores=2)).train(list_tasks(1, 1, 1), report)
    assert (outcomes, len(started)) == ({1: 1, 0: 130}, 2)


def test_ctrl_c_stops_all(started: list[Process]) -> None:
    """Each end is reported before the exception is raised."""
    outcomes: dict[int, int] = {}

    def report(number: int, message: Event | Outcome) -> bool:
        if isinstance(message, Outcome):
            outcomes[number] = message.code
        elif len(started) == 2 and number == 1:
            raise KeyboardInterrupt
        return True

    with pytest.raises(KeyboardInterrupt):
        LocalEngine(Resources(cores=2)).train(list_tasks(1, 1, 1), report)
    assert (outcomes, len(started)) == ({0: 130, 1: 130}, 2)

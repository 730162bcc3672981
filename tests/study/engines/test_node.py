"""What a machine of a cluster does: its check, and the run that it trains."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from ray import cloudpickle
from ray.exceptions import RayActorError

import reglab
from reglab.experiment import Experiment
from reglab.processes.events import Event, Failed, Finished, Job, Note, Progress, Warned
from reglab.processes.launch import Outcome
from reglab.runs.layout import RunDirectory
from reglab.study.engines import node
from reglab.study.engines.node import Origin, Unfit, build_check, name_host, thin_progress, train_on_node

HOST = socket.gethostname()
RUN = RunDirectory(Path("run"))


class Process:
    """A process that ends when it is stopped."""

    def __init__(self, job: Job) -> None:
        self._stopped = threading.Event()

    def events(self) -> Iterator[Event]:
        yield Note(message="started")
        assert self._stopped.wait(60)
        yield Failed(message="stopped")

    def stop(self) -> None:
        self._stopped.set()

    def wait(self) -> Outcome:
        assert self._stopped.wait(60)
        return Outcome(RUN, 130)


class Flag:
    """A handle of an actor."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.is_set = self

    def remote(self) -> Any:
        return self.answers.pop(0)


def answer(value: Any) -> Any:
    if isinstance(value, Exception):
        raise value
    return value


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(experiment=Experiment(name="net"), results=tmp_path)


def test_a_machine_that_fits(tmp_path: Path) -> None:
    """Nothing is wrong."""
    (tmp_path / "mark").touch()
    assert build_check()(reglab.__version__, [str(tmp_path / "mark")]) == ""


def test_another_version() -> None:
    """Is named with the machine."""
    assert build_check()("99.0", []) == (
        f"expected reglab 99.0 on {HOST}, as on the machine of the command, got {reglab.__version__}"
    )


def test_a_machine_without_reglab() -> None:
    """The check is sent without reglab, and says how to install it."""
    program = (
        "import pickle, sys; sys.modules['reglab'] = None; print(pickle.load(sys.stdin.buffer)('1.0', []))"
    )
    sent = cloudpickle.dumps(build_check())
    done = subprocess.run([sys.executable, "-c", program], input=sent, capture_output=True, check=False)
    assert done.stdout.decode() == f"reglab is not installed on {HOST}: pip install reglab==1.0\n"


def test_a_machine_without_the_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not share the folder, or cannot write there."""
    mark = tmp_path / "mark"
    assert build_check()(reglab.__version__, [str(mark)]) == (
        f"{HOST} does not have the results in {tmp_path}: expected a folder that all machines share under "
        "the same path; choose one with --results DIR"
    )
    mark.touch()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert build_check()(reglab.__version__, [str(mark)]) == f"{HOST} cannot write to {tmp_path}"


def test_progress_is_thinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """One a second is sent; other events are sent always."""
    clock = count(step=0.4)
    monkeypatch.setattr(node.time, "monotonic", lambda: next(clock))
    steps = [Progress(epoch=1, step=step, images_per_second=1) for step in range(7)]
    events = [*steps[:2], Note(message="a"), *steps[2:], Finished()]
    assert list(thin_progress(events)) == [steps[0], Note(message="a"), steps[3], steps[6], Finished()]


def test_problems_name_the_machine() -> None:
    """Unless it is that of the command."""
    assert name_host(Failed(message="no images"), "desk") == Failed(message=f"on {HOST}: no images")
    assert name_host(Warned(message="no figure"), "desk") == Warned(message=f"on {HOST}: no figure")
    assert name_host(Failed(message="no images"), HOST) == Failed(message="no images")
    assert name_host(Note(message="here"), "desk") == Note(message="here")


@pytest.mark.parametrize("last", [True, RayActorError()])
def test_a_run_stops_at_the_flag(last: Any, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or when the command that owns the flag has ended."""
    monkeypatch.setattr(node, "start_run", Process)
    monkeypatch.setattr(node.ray, "get", answer)
    monkeypatch.setattr(node, "_SECONDS_BETWEEN_CHECKS", 0.01)
    (job.results / "mark").touch()
    messages = list(train_on_node(job, Origin(reglab.__version__, HOST, "mark"), Flag(False, last)))
    assert messages == [Note(message="started"), Failed(message="stopped"), Outcome(RUN, 130)]


def test_a_cancelled_task_stops_its_run(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits until the process has ended."""
    waited: list[Job] = []

    class Waiting(Process):
        def wait(self) -> Outcome:
            waited.append(job)
            return super().wait()

    monkeypatch.setattr(node, "start_run", Waiting)
    (job.results / "mark").touch()
    stream = train_on_node(job, Origin(reglab.__version__, HOST, "mark"), Flag())
    next(stream)
    with pytest.raises(KeyboardInterrupt):
        stream.throw(KeyboardInterrupt)
    assert waited == [job]


def test_a_late_machine_is_checked(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is started on one that does not fit."""
    monkeypatch.delattr(node, "start_run")
    (unfit,) = train_on_node(job, Origin("99.0", HOST, "mark"), Flag())
    assert isinstance(unfit, Unfit)

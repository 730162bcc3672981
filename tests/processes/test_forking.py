"""Workers that are forked: the same numbers, and the same ends, as those of new processes."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reglab.processes.events import EpochDone, Failed, Job, Started
from reglab.processes.forking import ForkServer, can_fork
from reglab.processes.launch import Outcome, start_run
from reglab.runs.history import read_history
from reglab.runs.layout import RunDirectory
from reglab.runs.status import read_status

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not can_fork(), reason="forks on Linux only")]
Maker = Callable[..., Job]


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    with ForkServer() as started:
        yield started


def read_numbers(run: RunDirectory) -> list[tuple[float, ...]]:
    """The rows of a history, without times."""
    rows = read_history(run.history).rows
    return [tuple(value for name, value in vars(row).items() if name != "seconds") for row in rows]


def test_numbers_are_those_of_a_new_process(
    server: ForkServer, make_job: Maker, run: RunDirectory, tmp_path: Path
) -> None:
    """Bit for bit, with regularizers that draw random numbers; two forked runs do not share a state."""
    job = make_job(epochs=3, regularizers={"dropout": {}, "batch_norm": {}, "augmentation": {}})
    assert start_run(job).wait() == Outcome(run, 0)
    expected = read_numbers(run)
    for name in ("first", "second"):
        forked = job.model_copy(update={"results": tmp_path / name})
        outcome = start_run(forked, server.start_worker).wait()
        assert outcome.code == 0
        assert read_numbers(outcome.run) == expected


def test_a_failed_run(server: ForkServer, make_job: Maker) -> None:
    """Exit code and message reach the caller."""
    job = make_job(data=Path("nowhere"))
    process = start_run(job, server.start_worker)
    [event] = process.events()
    assert isinstance(event, Failed)
    assert "nowhere" in event.message
    assert process.wait().code == 2


def test_stopping_keeps_finished_epochs(server: ForkServer, make_job: Maker, run: RunDirectory) -> None:
    """As with a new process."""
    process = start_run(make_job(epochs=1000), server.start_worker)
    for event in process.events():
        if isinstance(event, EpochDone):
            process.stop()
    assert process.wait() == Outcome(run, 130)
    status = read_status(run.status)
    assert (status.state, status.epochs_done >= 1) == ("interrupted", True)


def test_a_killed_worker(server: ForkServer, make_job: Maker, run: RunDirectory) -> None:
    """The signal is reported; the server starts the next worker."""
    process = start_run(make_job(epochs=1000), server.start_worker)
    for event in process.events():
        if isinstance(event, Started):
            os.kill(read_status(run.status).pid, signal.SIGKILL)
    assert process.wait() == Outcome(run, 1, killed_by="SIGKILL")
    again = start_run(make_job(epochs=1), server.start_worker)
    assert again.wait().code == 2


def test_workers_stop_with_the_server_and_its_parent(make_job: Maker, run: RunDirectory) -> None:
    """A worker whose server has ended stops when its input is closed; its end is then not known."""
    with ForkServer() as server:
        process = start_run(make_job(epochs=1000), server.start_worker)
        next(event for event in process.events() if isinstance(event, EpochDone))
    process.stop()
    for _ in process.events():
        pass
    assert process.wait() == Outcome(run, 1)
    assert read_status(run.status).state == "interrupted"


def test_a_server_that_has_ended(make_job: Maker, run: RunDirectory) -> None:
    """The next worker is a new process."""
    with ForkServer() as server:
        server._process.kill()
        server._process.wait()
        assert start_run(make_job(epochs=1), server.start_worker).wait() == Outcome(run, 0)

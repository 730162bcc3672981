"""The worker as a process: what it is told, what it says, and what it leaves."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from reglab.backend.start import find_backend
from reglab.data.loading import load_dataset
from reglab.data.split import split_dataset
from reglab.experiment import Experiment
from reglab.processes.worker import Order
from reglab.runs.history import Epoch, read_history
from reglab.runs.layout import RunDirectory
from reglab.runs.lock import is_locked
from reglab.runs.status import read_status
from reglab.training.record.checkpoint import Checkpoint
from reglab.training.record.journal import Journal
from reglab.training.subject import Subject

FOREVER = 100_000

# A worker whose Keras is replaced, so that what is around the training is tested in a second.
REPLACED = """
import os, signal, sys
from reglab.processes import worker

def start_backend(precision, began_with=None):
    {body}

worker.start_backend = start_backend
sys.exit(worker.main())
"""


class Worker:
    """A worker that has its order; its input stays open, as a parent holds it while it lives."""

    def __init__(self, order: Order, body: str | None = None) -> None:
        program = ["-m", "reglab.processes.worker"] if body is None else ["-c", REPLACED.format(body=body)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [sys.executable, *program], stdin=pipe, stdout=pipe, stderr=pipe, text=True, bufsize=1
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.stdin, self.stdout, self.stderr = self.process.stdin, self.process.stdout, self.process.stderr
        self.stdin.write(order.model_dump_json() + "\n")

    def end(self) -> tuple[int, str, str]:
        """Exit code, what it printed, and what it said on standard error."""
        out, err = self.stdout.read(), self.stderr.read()
        return self.process.wait(), out, err

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.stdin, self.stdout, self.stderr):
            pipe.close()


@pytest.fixture
def start() -> Iterator[Callable[..., Worker]]:
    """Starts workers, and ends those that a failing test leaves behind."""
    started: list[Worker] = []

    def make(order: Order, body: str | None = None) -> Worker:
        started.append(Worker(order, body))
        return started[-1]

    yield make
    for worker in started:
        worker.close()


@pytest.fixture
def make_order(
    tmp_path: Path, pictures: Path, make_experiment: Callable[..., Experiment]
) -> Callable[..., Order]:
    """An order for the tiny pictures, with results under the test's own folder."""

    def make(data: Path | None = pictures, **sections: object) -> Order:
        return Order(
            experiment=make_experiment(**sections),
            results=tmp_path / "results",
            data_directory=data,
            fresh=False,
            display="plain",
        )

    return make


@pytest.fixture
def find_subject() -> Callable[[Order], Subject]:
    """What a worker will make of an order."""

    def find(order: Order) -> Subject:
        data = order.experiment.data
        dataset = load_dataset(data, order.data_directory)
        return Subject(order.experiment, dataset, split_dataset(dataset, data, 0))

    return find


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory(tmp_path / "results" / "tiny" / "seed-0")


def test_interrupted_shared_and_orphaned(
    make_order: Callable[..., Order], start: Callable[..., Worker], run: RunDirectory
) -> None:
    """One run, one process: a second is refused; Ctrl-C and a lost parent both end it in good order."""
    order = make_order(epochs=FOREVER)
    first = start(order)
    opening, line = first.stdout.readline(), first.stdout.readline()
    assert opening.startswith("tiny, seed 0: 60 training images of "), first.stderr.read()
    assert opening.endswith(", validation on the test set, float32 (as the experiment says)\n")
    assert line.startswith(f"tiny, seed 0: epoch 1/{FOREVER}  ")

    log = run.log.read_bytes()
    second = start(order).end()
    host = socket.gethostname()
    refusal = f"{run.path} is being trained by process {first.process.pid} on {host}\n"
    assert second == (2, "", refusal)
    during = read_status(run.status)
    assert (during.state, during.pid, during.message) == ("running", first.process.pid, "")
    assert run.log.read_bytes() == log

    first.process.send_signal(signal.SIGINT)
    code, out, err = first.end()
    assert (code, err) == (130, "")
    status = read_status(run.status)
    assert status.state == "interrupted"
    assert not is_locked(run.path)
    done = status.epochs_done
    # The last epoch may have been recorded without its line.
    assert len(read_history(run.history).rows) - done in (0, 1)
    assert done - len(out.splitlines()) in (1, 2)

    third = start(order)
    assert third.stdout.readline().endswith("float32 (as the run began)\n")
    assert third.stdout.readline().startswith("tiny, seed 0: goes on after epoch ")
    assert third.stdout.readline().startswith("tiny, seed 0: epoch ")
    third.stdin.close()
    assert third.end()[::2] == (130, "")
    again = read_status(run.status)
    assert (again.state, again.pid, again.started) == ("interrupted", third.process.pid, status.started)
    assert again.epochs_done > done


def test_our_own_fault_keeps_its_traceback(
    make_order: Callable[..., Order], start: Callable[..., Worker], run: RunDirectory
) -> None:
    """One line for the user, the rest in the log; the run is marked failed and is free again."""
    result = start(make_order(), "raise ZeroDivisionError('boom')").end()
    assert result == (1, "", f"ZeroDivisionError: boom; the details are in {run.log}\n")
    log = run.log.read_text()
    assert "Traceback (most recent call last):" in log
    assert log.endswith("ZeroDivisionError: boom\n")
    status = read_status(run.status)
    assert (status.state, status.message, status.epochs_done) == ("failed", "ZeroDivisionError: boom", 0)
    assert not is_locked(run.path)


def test_what_libraries_print_goes_to_the_log(
    make_order: Callable[..., Order], start: Callable[..., Worker], run: RunDirectory
) -> None:
    """From Python and from C; the terminal shows the figures alone."""
    body = "print('chatter', file=sys.stderr); os.write(2, b'more of it\\n'); raise KeyboardInterrupt"
    assert start(make_order(), body).end() == (130, "", "")
    first, *lines = run.log.read_text().splitlines()
    assert first.startswith("--- ")
    assert sorted(lines) == ["chatter", "more of it"]


def test_wrong_data_are_told_before_anything_is_made(
    make_order: Callable[..., Order], start: Callable[..., Worker], tmp_path: Path
) -> None:
    """Exit 2, one line, nothing created."""
    nowhere = tmp_path / "nowhere"
    expected = f"{nowhere}: expected a directory that holds the data, found nothing there\n"
    assert start(make_order(data=nowhere)).end() == (2, "", expected)
    assert list(tmp_path.iterdir()) == []


def test_termination_is_an_interruption(
    make_order: Callable[..., Order], start: Callable[..., Worker], run: RunDirectory
) -> None:
    """As a cluster ends its jobs; a second signal does not disturb the tidying up."""
    body = "os.kill(os.getpid(), signal.SIGTERM); os.kill(os.getpid(), signal.SIGTERM); raise SystemError"
    assert start(make_order(), body).end() == (130, "", "")
    assert read_status(run.status).state == "interrupted"


def test_a_parent_that_is_gone_at_once_is_no_crash(
    make_order: Callable[..., Order], start: Callable[..., Worker]
) -> None:
    """The input ends right behind the order: interrupted, without a traceback."""
    worker = start(make_order(), "signal.pause()")
    worker.stdin.close()
    assert worker.end() == (130, "", "")


def test_no_order_is_no_crash() -> None:
    """The parent was stopped before it could say what for."""
    program = [sys.executable, "-m", "reglab.processes.worker"]
    done = subprocess.run(program, input="", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize(("begun", "setting"), [(False, "auto None"), (True, "auto mixed_bfloat16")])
def test_a_run_keeps_its_precision(
    make_order: Callable[..., Order],
    start: Callable[..., Worker],
    run: RunDirectory,
    begun: bool,
    setting: str,
    find_subject: Callable[[Order], Subject],
) -> None:
    """`auto` is asked of the machine that begins a run; whoever resumes it does as was done."""
    order = make_order(precision="auto")
    if begun:
        _begin(run, find_subject(order))
    assert start(order, "print(precision, began_with); raise KeyboardInterrupt").end() == (
        130,
        f"{setting}\n",
        "",
    )


def test_a_complete_run_is_left_alone(
    make_order: Callable[..., Order],
    start: Callable[..., Worker],
    run: RunDirectory,
    find_subject: Callable[[Order], Subject],
) -> None:
    """Nothing to do: exit 0, and no file is touched."""
    order = make_order()
    _begin(run, find_subject(order)).finish()
    before = {path.name: path.stat().st_mtime_ns for path in run.path.iterdir()}
    assert start(order, "raise SystemError").end() == (0, "", "")
    assert {path.name: path.stat().st_mtime_ns for path in run.path.iterdir()} == before


def test_another_experiment_in_its_place_is_refused(
    make_order: Callable[..., Order],
    start: Callable[..., Worker],
    run: RunDirectory,
    find_subject: Callable[[Order], Subject],
) -> None:
    """Two experiments are never mixed in one directory; what is there stays as it is."""
    _begin(run, find_subject(make_order()))
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    code, out, err = start(make_order(epochs=7), "raise SystemError").end()
    assert (code, out) == (2, "")
    assert err.startswith(f"{run.path} holds another experiment (identity ")
    assert err.count("\n") == 1
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before


def test_other_images_are_refused(
    make_order: Callable[..., Order],
    start: Callable[..., Worker],
    run: RunDirectory,
    make_subject: Callable[[Experiment], Subject],
) -> None:
    """Exit 2, one line, and the run stays as it was."""
    order = make_order()
    _begin(run, make_subject(order.experiment))
    before = run.status.read_bytes()
    code, out, err = start(order, "raise SystemError").end()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"{run.path} was begun with other images than ")
    assert run.status.read_bytes() == before


def test_another_backend_is_refused(
    make_order: Callable[..., Order],
    start: Callable[..., Worker],
    run: RunDirectory,
    find_subject: Callable[[Order], Subject],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit 2, one line that says which one it has to be, and the run stays as it was."""
    order = make_order()
    _begin(run, find_subject(order), backend="torch")
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    assert start(order, "raise SystemError").end() == (
        2,
        "",
        f"{run.path} was begun on torch, this is tensorflow: go on with KERAS_BACKEND=torch, or start anew "
        "with --fresh\n",
    )
    after = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    after.pop(run.path / "lock")
    assert after == before


def test_a_backend_that_is_none_is_told_before_anything_is_made(
    make_order: Callable[..., Order],
    start: Callable[..., Worker],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit 2, one line, nothing created."""
    monkeypatch.setenv("KERAS_BACKEND", "pytorch")
    expected = "KERAS_BACKEND: expected tensorflow, jax or torch, got 'pytorch'; did you mean torch?\n"
    assert start(make_order()).end() == (2, "", expected)
    assert list(tmp_path.iterdir()) == []


def _begin(run: RunDirectory, subject: Subject, backend: str | None = None) -> Journal:
    """A run with one epoch, begun on a machine that has bfloat16, on our own backend unless one is named."""
    run.create()
    row = Epoch(1, 1.0, 1e-3, 2.0, 0.1, 2.0, 1.9, 0.3, 1.95, 0.25, 0.0, 0.05, 0.05)
    journal = Journal(run, subject, "tensorflow")
    made_with = ("mixed_bfloat16", backend or find_backend())
    journal.record(Checkpoint(row, False, *made_with, ("kernel",), (np.zeros(3, np.float32),)))
    return journal

"""The worker as a process: its job, its events, and what it leaves."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reglab.backend.start import find_backend
from reglab.experiment import Experiment
from reglab.processes.events import EpochDone, Job, Note, Started, Warned
from reglab.processes.worker import _load
from reglab.runs.history import Epoch, read_history
from reglab.runs.layout import RunDirectory
from reglab.runs.lock import is_locked
from reglab.runs.status import read_status
from reglab.training.loop.state import State
from reglab.training.record.checkpoint import Checkpoint
from reglab.training.record.journal import Journal
from reglab.training.subject import Subject

pytestmark = pytest.mark.slow

Maker = Callable[..., Job]
Starter = Callable[..., Any]
FOREVER = 100_000


def test_interrupted_shared_and_orphaned(make_job: Maker, start: Starter, run: RunDirectory) -> None:
    """One run, one process: a second one is refused; Ctrl-C and a lost parent both end it in good order."""
    job = make_job(epochs=FOREVER)
    first = start(job)
    opening = first.read(Note).message
    assert opening.startswith("tiny, seed 0: 60 training images of ")
    assert opening.endswith(", validation on the test set, float32 (set in the experiment)")
    started = Started(title="tiny, seed 0", epochs=FOREVER, epochs_done=0, steps=4, images=60)
    assert first.read(Started) == started
    assert first.read(EpochDone).row.epoch == 1

    log = run.log.read_bytes()
    refusal = f"{run.path} is being trained by process {first.process.pid} on {socket.gethostname()}"
    assert start(job).end() == (2, refusal, "")
    during = read_status(run.status)
    assert (during.state, during.pid, during.message) == ("running", first.process.pid, "")
    assert run.log.read_bytes() == log

    first.process.send_signal(signal.SIGINT)
    assert first.end() == (130, "", "")
    status = read_status(run.status)
    assert status.state == "interrupted"
    assert not is_locked(run.path)
    done = status.epochs_done
    # The last epoch may have been recorded without its status.
    assert len(read_history(run.history).rows) - done in (0, 1)

    third = start(job)
    assert third.read(Note).message.endswith("float32 (kept from the start of the run)")
    assert third.read(Started).epochs_done in (done, done + 1)
    assert third.read(EpochDone).row.epoch > done
    third.stdin.close()
    assert third.end() == (130, "", "")
    again = read_status(run.status)
    assert (again.state, again.pid, again.started) == ("interrupted", third.process.pid, status.started)
    assert again.epochs_done > done


def test_an_error_in_reglab_keeps_its_traceback(make_job: Maker, start: Starter, run: RunDirectory) -> None:
    """One line for the user, the rest in the log; the run is marked failed and is free again."""
    result = start(make_job(), "raise ZeroDivisionError('boom')").end()
    assert result == (1, f"ZeroDivisionError: boom; the details are in {run.log}", "")
    log = run.log.read_text()
    assert "Traceback (most recent call last):" in log
    assert log.endswith("ZeroDivisionError: boom\n")
    status = read_status(run.status)
    assert (status.state, status.message, status.epochs_done) == ("failed", "ZeroDivisionError: boom", 0)
    assert not is_locked(run.path)


def test_output_of_libraries_goes_to_the_log(make_job: Maker, start: Starter, run: RunDirectory) -> None:
    """Of Python and of C, on standard output too, which has events only."""
    body = (
        "print('a', flush=True); os.write(1, b'b\\n'); print('c', file=sys.stderr); os.write(2, b'd\\n'); "
        "raise KeyboardInterrupt"
    )
    assert start(make_job(), body).end() == (130, "", "")
    first, *lines = run.log.read_text().splitlines()
    assert first.startswith("--- ")
    assert sorted(lines) == ["a", "b", "c", "d"]


def test_wrong_data_are_reported_before_anything_is_made(
    make_job: Maker, start: Starter, tmp_path: Path
) -> None:
    """Exit 2, one line, nothing created."""
    nowhere = tmp_path / "nowhere"
    expected = f"{nowhere}: expected a directory that holds the data, found nothing there"
    assert start(make_job(data=nowhere)).end() == (2, expected, "")
    assert list(tmp_path.iterdir()) == []


def test_the_backend_gets_threads_and_device(make_job: Maker, start: Starter, run: RunDirectory) -> None:
    """As the job has them."""
    job = make_job().model_copy(update={"threads": 3, "device": "cpu"})
    assert start(job, "print(*arguments, flush=True); raise KeyboardInterrupt").end() == (130, "", "")
    assert run.log.read_text().endswith("\nfloat32 None 3 cpu\n")


def test_a_reader_that_leaves_does_not_end_a_training(
    make_job: Maker, start: Starter, run: RunDirectory
) -> None:
    """The parent lives, but reads no more events."""
    worker = start(make_job(epochs=2))
    worker.read(Note)
    worker.stdout.close()
    assert worker.process.wait() == 0
    assert read_status(run.status).state == "complete"
    assert run.curves.exists()


def test_termination_is_an_interruption(make_job: Maker, start: Starter, run: RunDirectory) -> None:
    """As a cluster ends its jobs; a second signal does not disturb the tidying up."""
    body = "os.kill(os.getpid(), signal.SIGTERM); os.kill(os.getpid(), signal.SIGTERM); raise SystemError"
    assert start(make_job(), body).end() == (130, "", "")
    assert read_status(run.status).state == "interrupted"


def test_a_parent_that_ends_at_once_is_not_a_crash(make_job: Maker, start: Starter) -> None:
    """The input ends after the job: interrupted, without a traceback."""
    worker = start(make_job(), "signal.pause()")
    worker.stdin.close()
    assert worker.end() == (130, "", "")


def test_no_job_is_not_a_crash() -> None:
    """The parent was stopped before it sent one."""
    program = [sys.executable, "-m", "reglab.processes.worker"]
    done = subprocess.run(program, input="", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize(("started", "setting"), [(False, "auto None"), (True, "auto mixed_bfloat16")])
def test_a_run_keeps_its_precision(
    make_job: Maker, start: Starter, run: RunDirectory, started: bool, setting: str
) -> None:
    """`auto` depends on the machine that starts a run; an attempt that resumes it keeps the choice."""
    job = make_job(precision="auto")
    if started:
        _start(run, _load(job))
    body = "print(*arguments[:2], flush=True); raise KeyboardInterrupt"
    assert start(job, body).end() == (130, "", "")
    assert run.log.read_text().endswith(f"\n{setting}\n")


def test_a_complete_run_is_left_alone(make_job: Maker, start: Starter, run: RunDirectory) -> None:
    """Nothing to do, without images too: exit 0, and no file but the lock is touched."""
    job = make_job()
    _start(run, _load(job)).finish()
    run.curves.touch()
    before = {path.name: path.stat().st_mtime_ns for path in run.path.iterdir()}
    assert start(make_job(data=run.path / "nowhere"), "raise SystemError").end() == (0, "", "")
    after = {path.name: path.stat().st_mtime_ns for path in run.path.iterdir() if path != run.lock}
    assert after == before


def test_a_figure_that_cannot_be_drawn(make_job: Maker, start: Starter, run: RunDirectory) -> None:
    """A warning; the run stays complete."""
    job = make_job()
    _start(run, _load(job)).finish()
    worker = start(job, "raise SystemError")
    assert worker.read(Warned).message == (
        "the run is complete, but its figure is missing: "
        f"{run.path} has no history or no summary, which its figure needs"
    )
    assert worker.end() == (0, "", "")


def test_another_experiment_in_its_place_is_refused(
    make_job: Maker, start: Starter, run: RunDirectory
) -> None:
    """Two experiments are never mixed in one directory; what is there stays as it is."""
    _start(run, _load(make_job()))
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    code, message, err = start(make_job(epochs=7), "raise SystemError").end()
    assert (code, err) == (2, "")
    assert message.startswith(f"{run.path} holds another experiment (identity ")
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before


def test_other_images_are_refused(
    make_job: Maker, start: Starter, run: RunDirectory, make_subject: Callable[[Experiment], Subject]
) -> None:
    """Exit 2, one line, and the run stays as it was."""
    job = make_job()
    _start(run, make_subject(job.experiment))
    before = run.status.read_bytes()
    code, message, err = start(job, "raise SystemError").end()
    assert (code, err) == (2, "")
    assert message.startswith(f"{run.path} was started with other images than ")
    assert run.status.read_bytes() == before


def test_another_backend_is_refused(
    make_job: Maker, start: Starter, run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2, one line that says which one it has to be, and the run stays as it was."""
    job = make_job()
    _start(run, _load(job), backend="torch")
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    assert start(job, "raise SystemError").end() == (
        2,
        f"{run.path} was started on torch, this is tensorflow: resume it with KERAS_BACKEND=torch, or start "
        "again with --fresh",
        "",
    )
    after = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    after.pop(run.path / "lock")
    assert after == before


def test_a_wrong_backend_is_reported_before_anything_is_made(
    make_job: Maker, start: Starter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2, one line, nothing created."""
    monkeypatch.setenv("KERAS_BACKEND", "pytorch")
    expected = "KERAS_BACKEND: expected tensorflow, jax or torch, got 'pytorch'; did you mean torch?"
    assert start(make_job()).end() == (2, expected, "")
    assert list(tmp_path.iterdir()) == []


def _start(run: RunDirectory, subject: Subject, backend: str | None = None) -> Journal:
    """A run with one epoch, started on a machine with bfloat16, on this backend unless one is named."""
    run.create()
    row = Epoch(1, 1.0, 1e-3, 2.0, 0.1, 2.0, 1.9, 0.3, 1.95, 0.25, 0.0, 0.05, 0.05)
    journal = Journal(run, subject, "tensorflow")
    made_with = ("mixed_bfloat16", backend or find_backend())
    journal.record(
        Checkpoint(row, *made_with, State(row.epoch, 0, False, {"kernel": np.zeros(3, np.float32)}))
    )
    return journal

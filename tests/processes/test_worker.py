"""The worker as a process: its job, its events, and its files."""

import os
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
from reglab.runs.history import Epoch, read_history
from reglab.runs.layout import RunDirectory
from reglab.runs.lock import is_locked
from reglab.runs.status import read_status
from reglab.runs.summary import Summary, write_summary
from reglab.training.loop.state import State
from reglab.training.record.checkpoint import Checkpoint
from reglab.training.record.journal import Journal
from reglab.training.subject import Subject

pytestmark = pytest.mark.slow

Maker = Callable[..., Job]
Starter = Callable[..., Any]
FOREVER = 100_000


def test_a_second_worker_an_interruption_and_a_lost_parent(
    make_job: Maker, start: Starter, run: RunDirectory
) -> None:
    """A second worker is refused; after Ctrl-C and after the end of the parent, the run can be resumed."""
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
    """The user gets one line; the log has the traceback. The run is `failed` and not locked."""
    result = start(make_job(), "raise ZeroDivisionError('boom')").end()
    assert result == (1, f"ZeroDivisionError: boom; the details are in {run.log}", "")
    log = run.log.read_text()
    assert "Traceback (most recent call last):" in log
    assert log.endswith("ZeroDivisionError: boom\n")
    status = read_status(run.status)
    assert (status.state, status.message, status.epochs_done) == ("failed", "ZeroDivisionError: boom", 0)
    assert not is_locked(run.path)


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (
            "PermissionError(13, 'Permission denied', 'cat/1.png')",
            2,
            "cannot use cat/1.png: Permission denied",
        ),
        (
            "MemoryError('Unable to allocate 9 TiB')",
            1,
            "the memory is not sufficient: make training.batch_size, model.groups or model.dense smaller",
        ),
    ],
)
def test_a_refusal_of_the_system(
    make_job: Maker, start: Starter, run: RunDirectory, error: str, code: int, message: str
) -> None:
    """One line; in the middle of a training the exit code is 1, and the traceback is in the log."""
    assert start(make_job(), f"raise {error}", "is_complete").end() == (code, message, "")
    assert not run.path.exists()
    assert start(make_job(), f"raise {error}").end() == (1, message, "")
    assert read_status(run.status).message == message
    assert "Traceback" in run.log.read_text()


def test_an_error_in_reglab_before_the_run_has_a_log(
    make_job: Maker, start: Starter, run: RunDirectory
) -> None:
    """It is an event too; the traceback is on standard error, and no run is created."""
    code, message, err = start(make_job(), "raise ZeroDivisionError('boom')", "is_complete").end()
    assert (code, message) == (1, "ZeroDivisionError: boom")
    assert err.startswith("Traceback (most recent call last):")
    assert not run.path.exists()


def test_output_of_libraries_goes_to_the_log(make_job: Maker, start: Starter, run: RunDirectory) -> None:
    """Output of Python and C code, on standard output and standard error."""
    body = (
        "print('a', flush=True); os.write(1, b'b\\n'); print('c', file=sys.stderr); os.write(2, b'd\\n'); "
        "raise KeyboardInterrupt"
    )
    assert start(make_job(), body).end() == (130, "", "")
    first, *lines = run.log.read_text().splitlines()
    assert first.startswith("--- ")
    assert sorted(lines) == ["a", "b", "c", "d"]


def test_a_log_that_is_a_pipe(make_job: Maker, start: Starter, run: RunDirectory) -> None:
    """It has no reader, and is not waited for."""
    run.create()
    os.mkfifo(run.log)
    assert start(make_job()).end() == (1, f"cannot write {run.log}: No such device or address", "")


def test_wrong_data_are_reported_before_files_are_created(
    make_job: Maker, start: Starter, tmp_path: Path
) -> None:
    """Exit 2, one line, nothing created."""
    nowhere = tmp_path / "nowhere"
    expected = f"{nowhere}: expected a directory that holds the data, found nothing there"
    assert start(make_job(data=nowhere)).end() == (2, expected, "")
    assert list(tmp_path.iterdir()) == []


def test_the_backend_gets_threads_and_device(make_job: Maker, start: Starter, run: RunDirectory) -> None:
    """The values of the job."""
    job = make_job().model_copy(update={"threads": 3, "device": "cpu"})
    assert start(job, "print(*arguments, flush=True); raise KeyboardInterrupt").end() == (130, "", "")
    assert run.log.read_text().endswith("\nfloat32 None 3 cpu\n")


def test_a_closed_pipe_does_not_end_a_training(make_job: Maker, start: Starter, run: RunDirectory) -> None:
    """The parent runs, but has closed its end of the pipe."""
    worker = start(make_job(epochs=2))
    worker.read(Note)
    worker.stdout.close()
    assert worker.process.wait() == 0
    assert read_status(run.status).state == "complete"
    assert run.curves.exists()


def test_termination_is_an_interruption(make_job: Maker, start: Starter, run: RunDirectory) -> None:
    """Clusters end jobs with SIGTERM; a second signal does not interrupt the cleanup."""
    body = "os.kill(os.getpid(), signal.SIGTERM); os.kill(os.getpid(), signal.SIGTERM); raise SystemError"
    assert start(make_job(), body).end() == (130, "", "")
    assert read_status(run.status).state == "interrupted"


def test_a_parent_that_ends_immediately_interrupts_the_worker(make_job: Maker, start: Starter) -> None:
    """The input ends after the job; there is no traceback."""
    worker = start(make_job(), "signal.pause()")
    worker.stdin.close()
    assert worker.end() == (130, "", "")


def test_a_worker_without_a_job_is_interrupted() -> None:
    """The parent ended before it sent a job; there is no traceback."""
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
        _start(run, load_subject(job))
    body = "print(*arguments[:2], flush=True); raise KeyboardInterrupt"
    assert start(job, body).end() == (130, "", "")
    assert run.log.read_text().endswith(f"\n{setting}\n")


def test_a_complete_run_is_not_changed(
    make_job: Maker, start: Starter, run: RunDirectory, summary: Summary
) -> None:
    """Exit 0, also if its images are not found, and only the lock is written."""
    job = make_job()
    _complete(run, job, summary)
    run.curves.touch()
    before = {path.name: path.stat().st_mtime_ns for path in run.path.iterdir()}
    assert start(make_job(data=None), "raise SystemError").end() == (0, "", "")
    after = {path.name: path.stat().st_mtime_ns for path in run.path.iterdir() if path != run.lock}
    assert after == before


def test_a_figure_that_cannot_be_drawn(
    make_job: Maker, start: Starter, run: RunDirectory, summary: Summary
) -> None:
    """A warning is sent; the run remains complete."""
    job = make_job()
    _complete(run, job, summary)
    worker = start(job, "raise worker.RunError('no place')", "draw_run")
    assert worker.read(Warned).message == "the run is complete, but its figure is missing: no place"
    assert worker.end() == (0, "", "")


def test_an_error_while_drawing(make_job: Maker, start: Starter, run: RunDirectory, summary: Summary) -> None:
    """The run remains complete also after an error of a library."""
    job = make_job()
    _complete(run, job, summary)
    worker = start(job, "raise ValueError('no font')", "draw_run")
    assert worker.read(Warned).message == (
        "the run is complete, but its figure is missing: ValueError: no font"
    )
    code, message, err = worker.end()
    assert (code, message) == (0, "")
    assert err.endswith("ValueError: no font\n")


def test_another_experiment_in_the_directory_is_refused(
    make_job: Maker, start: Starter, run: RunDirectory
) -> None:
    """The files of the first experiment are unchanged."""
    _start(run, load_subject(make_job()))
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    code, message, err = start(make_job(epochs=7), "raise SystemError").end()
    assert (code, err) == (2, "")
    assert message.startswith(f"{run.path} holds another experiment (")
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before


def test_other_images_are_refused(
    make_job: Maker, start: Starter, run: RunDirectory, make_subject: Callable[[Experiment], Subject]
) -> None:
    """Exit 2, one line, and the status is unchanged."""
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
    """Exit 2, one line that names the required backend, and only the lock is written."""
    job = make_job()
    _start(run, load_subject(job), backend="torch")
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


def test_a_wrong_backend_is_reported_before_files_are_created(
    make_job: Maker, start: Starter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2, one line, nothing created."""
    monkeypatch.setenv("KERAS_BACKEND", "pytorch")
    expected = "KERAS_BACKEND: expected tensorflow, jax or torch, got 'pytorch'; did you mean torch?"
    assert start(make_job()).end() == (2, expected, "")
    assert list(tmp_path.iterdir()) == []


def load_subject(job: Job) -> Subject:
    """The subject of a job, as the worker loads it."""
    return Subject.load(job.experiment, job.data_directory)


def _complete(run: RunDirectory, job: Job, summary: Summary) -> None:
    """A complete run without a figure; its weights, model and predictions have no content."""
    journal = _start(run, load_subject(job))
    for path in (run.predictions, run.weights, run.model):
        path.touch()
    write_summary(run.summary, summary)
    journal.finish()


def _start(run: RunDirectory, subject: Subject, backend: str | None = None) -> Journal:
    """A run with one epoch in mixed_bfloat16, on the given backend or that of this process."""
    run.create()
    row = Epoch(1, 1.0, 1e-3, 2.0, 0.1, 2.0, 1.9, 0.3, 1.95, 0.25, 0.0, 0.05, 0.05)
    journal = Journal(run, subject, "tensorflow")
    made_with = ("mixed_bfloat16", backend or find_backend())
    journal.record(
        Checkpoint(row, *made_with, State(row.epoch, 0, False, {"kernel": np.zeros(3, np.float32)}))
    )
    return journal

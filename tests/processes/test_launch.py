"""Runs in separate processes: starting, reading events, stopping, and the outcome."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from reglab.processes import events, launch
from reglab.processes.events import Job
from reglab.processes.launch import Outcome, RunProcess, start_run
from reglab.runs.history import read_history
from reglab.runs.layout import RunDirectory
from reglab.runs.status import read_status
from reglab.runs.summary import read_summary

Maker = Callable[..., Job]


@pytest.mark.slow
def test_a_run_in_a_separate_process(
    make_job: Maker, run: RunDirectory, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is trained; later starts skip it, delete a remaining checkpoint, or draw a missing figure."""
    job = make_job(epochs=1)
    process = start_run(job)
    note, started, *progress, epoch, finished = process.events()
    assert process.wait() == Outcome(run, 0)
    assert isinstance(note, events.Note | events.Advice)
    assert capfd.readouterr() == ("", "")
    kinds = [event.event for event in (note, started, epoch, finished)]
    assert {event.event for event in progress} <= {"note", "started", "progress"}, kinds
    assert isinstance(epoch, events.EpochDone)
    assert (epoch.row, finished) == (read_history(run.history).rows[0], events.Finished())
    assert read_status(run.status).state == "complete"
    assert (read_summary(run.summary).epochs, read_summary(run.summary).precision) == (1, "float32")
    written = run.status.stat().st_mtime_ns

    again = start_run(job)
    assert (list(again.events()), again.wait()) == ([], Outcome(run, 0, skipped=True))
    run.checkpoint.mkdir()
    run.curves.unlink()
    for leftover in (run.checkpoint, run.curves):
        tidied = start_run(job)
        assert (list(tidied.events()), tidied.wait()) == ([events.Finished()], Outcome(run, 0))
        assert (run.checkpoint.exists(), run.curves.exists()) == (False, True), leftover
        run.curves.unlink()
    assert run.status.stat().st_mtime_ns == written


@pytest.mark.slow
def test_a_loss_that_is_not_a_number_fails_the_run(make_job: Maker, run: RunDirectory) -> None:
    """Each step multiplies the weights by about −2; the complete epochs are kept."""
    job = make_job(
        regularizers={"l2": {"strength": 1.0}}, optimizer={"name": "sgd", "learning_rate": 1.5}, epochs=60
    )
    process = start_run(job)
    *_, last = process.events()
    assert process.wait() == Outcome(run, 1)
    status = read_status(run.status)
    done = status.epochs_done
    assert isinstance(last, events.Failed)
    assert re.fullmatch(
        rf"\w+ became (nan|inf) in epoch {done + 1}; "
        r"a lower training\.optimizer\.learning_rate, or some warm-up, may help",
        last.message,
    )
    assert (status.state, status.message) == ("failed", last.message)
    assert 1 <= done == len(read_history(run.history).rows) < 60
    assert not run.summary.exists()


# A program that runs `body` in place of the worker.
REPLACED = """
import os, signal, sys
from reglab.processes.events import Failed, Finished, Note, Progress, encode
def send(event):
    os.write(1, encode(event))
{body}
"""


@pytest.fixture
def replace_worker(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Starts another program in place of the worker."""
    real = subprocess.Popen

    def replace(body: str) -> None:
        program = [sys.executable, "-c", REPLACED.format(body=body)]
        monkeypatch.setattr(launch.subprocess, "Popen", lambda command, **pipes: real(program, **pipes))

    return replace


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "code", "killed_by"),
    [
        ("sys.exit(0)", 0, ""),
        ("sys.stdin.readline(); sys.exit(2)", 2, ""),
        ("os.kill(os.getpid(), signal.SIGKILL)", 1, "SIGKILL"),
        ("send(Note(message='a')); os.write(1, b'torn'); os.kill(os.getpid(), signal.SIGKILL)", 1, "SIGKILL"),
    ],
)
def test_ends_are_reported(
    make_job: Maker,
    run: RunDirectory,
    replace_worker: Callable[[str], None],
    body: str,
    code: int,
    killed_by: str,
) -> None:
    """As an exit code, or as the signal that killed the worker; an incomplete line is not an event."""
    replace_worker(body)
    process = start_run(make_job())
    assert process.wait() == Outcome(run, code, killed_by=killed_by)
    assert list(process.events()) == ([events.Note(message="a")] if "send" in body else [])
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


@pytest.mark.slow
def test_a_worker_reads_its_job_and_is_stopped_by_the_end_of_its_input(
    make_job: Maker, replace_worker: Callable[[str], None]
) -> None:
    """The worker starts with SIGINT blocked; calling `stop` twice is not an error."""
    replace_worker(
        "job = sys.stdin.readline()\n"
        "blocked = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())\n"
        "send(Note(message=f'{blocked} {job}'))\n"
        "sys.stdin.read()\n"
        "sys.exit(130)"
    )
    job = make_job()
    process = start_run(job)
    note = next(process.events())
    assert isinstance(note, events.Note)
    blocked, line = note.message.split(" ", 1)
    assert (blocked, Job.model_validate_json(line)) == ("True", job)
    for _ in range(2):
        process.stop()
    assert process.wait().code == 130


@pytest.mark.slow
def test_events_that_are_not_read(make_job: Maker, replace_worker: Callable[[str], None]) -> None:
    """The worker does not wait; of consecutive `progress` events, the latest is kept."""
    replace_worker(
        "for step in range(5000): send(Progress(epoch=1, step=step, images_per_second=1.0))\nsend(Finished())"
    )
    process = start_run(make_job())
    assert process.wait().code == 0
    *_, progress, finished = process.events()
    assert (progress, finished) == (
        events.Progress(epoch=1, step=4999, images_per_second=1.0),
        events.Finished(),
    )
    assert len(list(process._events)) == 0


@pytest.mark.slow
def test_ctrl_c_while_a_run_is_started(
    make_job: Maker, replace_worker: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """KeyboardInterrupt is raised after the worker has received its job and ended."""
    replace_worker("sys.stdin.read()")
    waited: list[Outcome] = []
    wait = RunProcess.wait
    monkeypatch.setattr(RunProcess, "wait", lambda process: waited.append(wait(process)) or waited[-1])
    write = launch.encode

    def interrupt(job: Job) -> bytes:
        signal.raise_signal(signal.SIGINT)
        return write(job)

    monkeypatch.setattr(launch, "encode", interrupt)
    # A test run in the background of a shell may ignore the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            start_run(make_job())
    finally:
        signal.signal(signal.SIGINT, before)
    assert [outcome.code for outcome in waited] == [0]


@pytest.mark.slow
def test_two_runs_at_the_same_time(make_job: Maker, replace_worker: Callable[[str], None]) -> None:
    """Each has its own events, and is stopped separately."""
    replace_worker("sys.stdin.readline(); send(Note(message='here')); sys.stdin.read(); sys.exit(130)")
    processes = [start_run(make_job(name=name)) for name in ("a", "b")]
    assert [next(process.events()) for process in processes] == [events.Note(message="here")] * 2
    processes[0].stop()
    assert processes[0].wait().code == 130
    assert processes[1]._worker is not None
    assert processes[1]._worker.poll() is None
    processes[1].stop()
    assert processes[1].wait().code == 130

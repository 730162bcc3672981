"""The process that trains one run: `python -m reglab.processes.worker`, with a job on standard input.

It writes only events to standard output. Each run has its own process, because the memory of a process grows
with each training, and because the backend, precision and threads of Keras are settings of a process.
"""

import os
import signal
import sys
import threading
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from typing import NoReturn

from reglab.backend.start import find_backend, start_backend
from reglab.data.advice import advise_on_split
from reglab.data.dataset import Dataset
from reglab.errors import ReglabError, RunError, TrainingError
from reglab.files import refused
from reglab.machine import prepare_matplotlib
from reglab.processes.events import COMPLETE, FAILED, INTERRUPTED, Advice, Failed, Finished, Job, Warned
from reglab.processes.interruption import Interruption
from reglab.processes.reporting import EventListener, EventStream
from reglab.report.figures.run import draw_run
from reglab.runs.finding import read_run
from reglab.runs.layout import RunDirectory, run_path
from reglab.runs.opening import open_run
from reglab.runs.status import State
from reglab.training.listener import Listener
from reglab.training.memory import is_out_of_memory
from reglab.training.record.completeness import is_complete
from reglab.training.record.journal import Journal
from reglab.training.subject import Subject

_STDIN, _STDOUT, _STDERR = 0, 1, 2


def main(dataset: Dataset | None = None) -> int:
    """Trains the run of the job on standard input.

    Args:
        dataset: that of the job, if it is loaded already.

    Returns:
        0 complete, 1 failed, 2 wrong input before the training starts, 130 interrupted. An error is sent
        as a `failed` event. The traceback of a program error is in the log of the run, or on standard error
        before the run has a log.
    """
    prepare_matplotlib()
    line = _read_line()
    if not line:
        # The parent ended before it sent a job.
        return INTERRUPTED
    job = Job.model_validate_json(line)
    stream = _take_output()
    interruption = Interruption()
    interruption.listen()
    try:
        # The parent has blocked the signal, so that Ctrl-C does not end this process while it imports.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        _stop_with_parent()
        return _work(job, stream, interruption, dataset)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        known = _as_known(error)
        if known is not None:
            stream.send(Failed(message=str(known)))
            return known.exit_code
        # Before the run has a log; the parent's standard error is the only place for the traceback.
        traceback.print_exc()
        stream.send(Failed(message=_describe(error)))
        return FAILED


def work_and_exit(dataset: Dataset | None = None) -> NoReturn:
    """Trains as `main` does, and ends this process with its exit code."""
    code = main(dataset)
    for output in (sys.stdout, sys.stderr):
        # The disk of the log may be full.
        with suppress(OSError):
            output.flush()
    # All files are written. A regular exit is slow, and threads of TensorFlow print messages during it.
    os._exit(code)


def _work(job: Job, stream: EventStream, interruption: Interruption, dataset: Dataset | None) -> int:
    experiment = job.experiment
    run = RunDirectory(run_path(job.results, experiment.name, experiment.training.seed))
    backend = find_backend()
    complete = not job.fresh and is_complete(run, experiment, job.data_directory)
    # Loaded before the directory is created, so that missing images create no files.
    subject = None if complete else _load(job, dataset)
    with open_run(run, experiment, job.fresh) as opened:
        if opened.state != "complete":
            for advice in experiment.advice():
                stream.send(Advice(message=str(advice)))
            subject = subject or _load(job, dataset)
            for message in advise_on_split(subject.dataset, subject.split):
                stream.send(Advice(message=message))
            journal = Journal(run, subject, backend)
            has_log = False
            try:
                _log_output(run)
                has_log = True
                with journal.status.beating():
                    _train(subject, journal, job, EventListener(stream))
            except (KeyboardInterrupt, Exception) as error:
                return _close(journal, error, stream, interruption, has_log)
        _draw(run, stream)
    stream.send(Finished())
    return COMPLETE


def _load(job: Job, dataset: Dataset | None) -> Subject:
    if dataset is None:
        return Subject.load(job.experiment, job.data_directory)
    return Subject.of(job.experiment, dataset)


def _train(subject: Subject, journal: Journal, job: Job, listener: Listener) -> None:
    # A resumed run keeps its precision, also on another machine.
    policy = journal.checkpoint.policy if journal.checkpoint else None
    backend = start_backend(subject.experiment.training.precision, policy, job.threads, job.device)

    # Imported here because it loads Keras, which takes seconds; most errors are reported before that.
    from reglab.training.trainer import train

    train(subject, journal, backend, listener)


def _close(
    journal: Journal, error: BaseException, stream: EventStream, interruption: Interruption, has_log: bool
) -> int:
    """Records how an incomplete training ended; the traceback of an error goes to its log, if it has one."""
    if interruption.requested or isinstance(error, KeyboardInterrupt):
        _close_status(journal, "interrupted")
        return INTERRUPTED
    known = _as_known(error)
    if has_log or known is None:
        with suppress(OSError):
            # Not with sys.stderr, whose buffer would keep the text if the disk is full.
            os.write(_STDERR, "".join(traceback.format_exception(error)).encode(errors="backslashreplace"))
    message = str(known or _describe(error))
    _close_status(journal, "failed", message)
    stream.send(Failed(message=message if known else f"{message}; the details are in {journal.run.log}"))
    return FAILED


def _as_known(error: BaseException) -> ReglabError | None:
    """The error as one that a user can correct; None for an error of the program."""
    if isinstance(error, OSError) and error.filename is not None:
        return refused("use", error.filename, error)
    if is_out_of_memory(error):
        return TrainingError(
            "the memory is not sufficient: make training.batch_size, model.groups or model.dense smaller"
        )
    return error if isinstance(error, ReglabError) else None


def _describe(error: BaseException) -> str:
    """Class and first line of an error that a user cannot cause."""
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _close_status(journal: Journal, state: State, message: str = "") -> None:
    # On a full disk the status remains `running`, which is read as interrupted if no process has the lock.
    with suppress(RunError):
        journal.close(state, message)


def _draw(run: RunDirectory, stream: EventStream) -> None:
    """Draws `curves.png` from the run's files, if it is missing."""
    if run.curves.exists():
        return
    try:
        draw_run(read_run(run))
    except Exception as error:
        # The figure can be drawn again by the same command; the training cannot be repeated as easily.
        known = _as_known(error)
        if known is None:
            traceback.print_exc()
        stream.send(
            Warned(message=f"the run is complete, but its figure is missing: {known or _describe(error)}")
        )


def _take_output() -> EventStream:
    """Reserves standard output for events; the output of libraries is redirected to standard error."""
    stream = EventStream(os.dup(_STDOUT))
    os.dup2(_STDERR, _STDOUT)
    return stream


def _log_output(run: RunDirectory) -> None:
    """Redirects all further output, including that of C libraries, to the log of the run."""
    try:
        # A pipe without a reader is refused instead of waited for.
        log = os.open(run.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o666)
        os.write(log, f"--- {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, process {os.getpid()}\n".encode())
    except OSError as error:
        raise refused("write", run.log, error) from error
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.dup2(log, _STDOUT)
    os.dup2(log, _STDERR)
    os.close(log)


def _read_line() -> bytes:
    # Unbuffered, because the interpreter cannot end while a thread waits in a buffered read.
    line = bytearray()
    while (part := os.read(_STDIN, 65536)) and not part.endswith(b"\n"):
        line += part
    return bytes(line + part)


def _stop_with_parent() -> None:
    """Interrupts this process when the parent closes the pipe to standard input, or ends."""

    def wait() -> None:
        while os.read(_STDIN, 1):
            pass
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    work_and_exit()

"""The process that trains one run: `python -m reglab.processes.worker`, with its order on standard input.

One process a run, since memory grows over trainings in one process, and since Keras's backend, precision
and threads are settings of a process.
"""

import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from reglab.backend.start import find_backend, start_backend
from reglab.data.loading import load_dataset
from reglab.data.split import split_dataset
from reglab.errors import ReglabError, RunError
from reglab.experiment import Experiment
from reglab.files import refused
from reglab.processes.interruption import Interruption
from reglab.runs.directory import RunDirectory, clear_leftovers, prepare_run
from reglab.runs.lock import RunLock
from reglab.runs.status import State, read_status
from reglab.training.display import DisplayKind, build_display
from reglab.training.record.journal import Journal
from reglab.training.subject import Subject

COMPLETE, FAILED, INTERRUPTED = 0, 1, 130
_STDIN = 0


class Order(BaseModel):
    """What a worker is to do."""

    model_config = ConfigDict(frozen=True)

    experiment: Experiment
    results: Path
    data_directory: Path | None
    fresh: bool
    display: DisplayKind


def main() -> int:
    """Trains the run that is ordered on standard input.

    Returns:
        0 complete, 1 failed, 2 wrong input, 130 interrupted. What the user should know is printed on
        standard error; what is our fault leaves its traceback in the run's log.
    """
    line = _read_line()
    if not line:
        # Whoever started this process was stopped before it could say what for.
        return INTERRUPTED
    order = Order.model_validate_json(line)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A title with a letter that the terminal lacks must not end a training.
        sys.stdout.reconfigure(errors="replace")
    interruption = Interruption()
    interruption.listen()
    try:
        # The parent has blocked it, so that Ctrl-C does not end this process while it imports.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        _stop_with_parent()
        return _work(order, interruption)
    except KeyboardInterrupt:
        return INTERRUPTED
    except ReglabError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def _work(order: Order, interruption: Interruption) -> int:
    experiment = order.experiment
    backend = find_backend()
    dataset = load_dataset(experiment.data, order.data_directory)
    split = split_dataset(dataset, experiment.data, experiment.training.seed)
    run, start = prepare_run(
        order.results, experiment.name, experiment.training.seed, experiment.identity, order.fresh
    )
    if start == "complete":
        return COMPLETE
    subject = Subject(experiment, dataset, split)
    with RunLock(run.path):
        clear_leftovers(run)
        if run.status.exists() and read_status(run.status).state == "complete":
            # Another process has completed it since, or was killed when all that was left was to tidy up.
            return COMPLETE
        journal = Journal(run, subject, backend)
        try:
            with _logged(run):
                _train(subject, journal, order.display)
        except (KeyboardInterrupt, Exception) as error:
            return _close(journal, error, interruption)
    return COMPLETE


def _close(journal: Journal, error: BaseException, interruption: Interruption) -> int:
    """Says in the record how a training ended that did not come to its end."""
    if interruption.requested or isinstance(error, KeyboardInterrupt):
        _close_status(journal, "interrupted")
        return INTERRUPTED
    if isinstance(error, ReglabError):
        _close_status(journal, "failed", str(error))
        print(error, file=sys.stderr)
    else:
        message = f"{type(error).__name__}: {error}".splitlines()[0]
        _close_status(journal, "failed", message)
        print(f"{message}; the details are in {journal.run.log}", file=sys.stderr)
    return FAILED


def _close_status(journal: Journal, state: State, message: str = "") -> None:
    # A disk that is full takes no status either; that must not hide why the training ended. The status
    # is left at `running`, which without a process means interrupted.
    with suppress(RunError):
        journal.close(state, message)


def _train(subject: Subject, journal: Journal, display: DisplayKind) -> None:
    # A run that goes on keeps the precision that it began with, on another machine too.
    began_with = journal.checkpoint.policy if journal.checkpoint else None
    backend = start_backend(subject.experiment.training.precision, began_with)

    # Imported here: it loads Keras, and wrong input is to be told before that.
    from reglab.training.trainer import train

    train(subject, journal, backend, build_display(display))


@contextmanager
def _logged(run: RunDirectory) -> Iterator[None]:
    """Sends what is written to standard error, the C libraries' chatter too, to the run's log."""
    log = _open_log(run)
    terminal = os.dup(sys.stderr.fileno())
    sys.stderr.flush()
    os.dup2(log, sys.stderr.fileno())
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException:
        # Past sys.stderr: what a full disk does not take would wait there, and come out on the terminal.
        with suppress(OSError):
            os.write(log, traceback.format_exc().encode(errors="backslashreplace"))
        raise
    finally:
        with suppress(OSError):
            sys.stderr.flush()
        os.dup2(terminal, sys.stderr.fileno())
        os.close(terminal)
        os.close(log)


def _open_log(run: RunDirectory) -> int:
    """A descriptor of the run's log, with a line that says which process writes what follows."""
    try:
        log = os.open(run.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        os.write(log, f"--- {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, process {os.getpid()}\n".encode())
    except OSError as error:
        raise refused("write", run.log, error) from error
    return log


def _read_line() -> bytes:
    # Unbuffered, since a thread that sleeps in a buffered read keeps the interpreter from ending.
    line = bytearray()
    while (part := os.read(_STDIN, 65536)) and not part.endswith(b"\n"):
        line += part
    return bytes(line + part)


def _stop_with_parent() -> None:
    """Interrupts this process when standard input closes, which the parent holds open while it lives."""

    def wait() -> None:
        while os.read(_STDIN, 1):
            pass
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    code = main()
    for stream in (sys.stdout, sys.stderr):
        # Its reader may have left.
        with suppress(OSError):
            stream.flush()
    # Everything is written. An interpreter that takes its time to end would only have TensorFlow's
    # threads complain on the terminal that it is going.
    os._exit(code)

"""Runs as processes: each experiment is handed to a worker of its own."""

import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reglab.errors import RunError
from reglab.experiment import Experiment
from reglab.processes.worker import COMPLETE, FAILED, INTERRUPTED, Order
from reglab.runs.directory import RunDirectory
from reglab.runs.status import read_status
from reglab.training.display import DisplayKind


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        run: where it lies.
        code: what its process left with: 0 complete, 1 failed, 2 wrong input, 130 interrupted.
        skipped: whether it was complete before.
        killed_by: the signal that ended its process, `SIGKILL`; empty where none did.
    """

    run: RunDirectory
    code: int
    skipped: bool = False
    killed_by: str = ""


def run_experiment(
    experiment: Experiment,
    results: Path,
    data_directory: Path | None,
    fresh: bool,
    display: DisplayKind,
) -> Outcome:
    """Trains one experiment in a process of its own, and waits for it.

    Args:
        experiment: what to train; its seed says which run.
        results: folder of all results.
        data_directory: where images are looked for first.
        fresh: sets an old run aside and starts anew.
        display: what is shown meanwhile.

    Returns:
        How it ended. What went wrong has been printed by the worker. On Ctrl-C the worker is told to
        stop, and its outcome is returned.
    """
    run = RunDirectory(results / experiment.name / f"seed-{experiment.training.seed}")
    if not fresh and _is_complete(run, experiment):
        return Outcome(run, COMPLETE, skipped=True)
    order = Order(
        experiment=experiment,
        results=results,
        data_directory=data_directory,
        fresh=fresh,
        display=display,
    )
    # Ctrl-C waits until the worker can be told, and until the worker can hear it, while it imports.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        worker = subprocess.Popen([sys.executable, "-m", "reglab.processes.worker"], stdin=subprocess.PIPE)
        code = _order(worker, order.model_dump_json().encode() + b"\n")
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    if code < 0:
        return Outcome(run, FAILED, killed_by=signal.Signals(-code).name)
    return Outcome(run, code)


def _order(worker: subprocess.Popen[bytes], line: bytes) -> int:
    """Hands the worker its order, and waits for what it leaves with."""
    try:
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            if worker.stdin is not None:
                worker.stdin.write(line)
                worker.stdin.flush()
        except BrokenPipeError:
            # It ended before it could read; how, it says itself.
            pass
        return worker.wait()
    except KeyboardInterrupt:
        # Closing its input tells the worker to stop, if the terminal has not told it already.
        _close(worker)
        worker.wait()
        return INTERRUPTED
    finally:
        _close(worker)


def _close(worker: subprocess.Popen[bytes]) -> None:
    if worker.stdin is not None:
        with suppress(BrokenPipeError):
            worker.stdin.close()


def _is_complete(run: RunDirectory, experiment: Experiment) -> bool:
    try:
        status = read_status(run.status)
    except RunError:
        return False
    # A worker that was killed while it dropped the checkpoint has left the rest of that to another one.
    tidy = status.state == "complete" and not run.checkpoint.exists()
    return tidy and status.identity == experiment.identity

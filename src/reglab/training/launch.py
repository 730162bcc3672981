"""Runs as processes: each experiment is handed to a worker of its own."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from reglab.config.resolved import identify
from reglab.errors import RunError
from reglab.regularizers.table import Experiment
from reglab.runs.directory import RunDirectory
from reglab.runs.status import read_status
from reglab.training.display import DisplayKind
from reglab.training.worker import COMPLETE, INTERRUPTED, Order


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        run: where it lies.
        code: what its process left with: 0 complete, 1 failed, 2 wrong input, 130 interrupted.
        skipped: whether it was complete before.
    """

    run: RunDirectory
    code: int
    skipped: bool = False


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
    worker = subprocess.Popen([sys.executable, "-m", "reglab.training.worker"], stdin=subprocess.PIPE)
    if worker.stdin is None:
        raise RuntimeError("The worker was started without an input.")
    try:
        worker.stdin.write(order.model_dump_json().encode() + b"\n")
        worker.stdin.flush()
        code = worker.wait()
    except KeyboardInterrupt:
        # Closing its input tells the worker to stop, if the terminal has not told it already.
        worker.stdin.close()
        worker.wait()
        code = INTERRUPTED
    finally:
        if not worker.stdin.closed:
            worker.stdin.close()
    return Outcome(run, code if code >= 0 else 1)


def _is_complete(run: RunDirectory, experiment: Experiment) -> bool:
    try:
        status = read_status(run.status)
    except RunError:
        return False
    return status.state == "complete" and status.identity == identify(experiment)

"""The one way to open a run: which state its directory is in, decided under the run's lock."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from reglab.errors import RunError
from reglab.files import TEMPORARY_PREFIX, refused
from reglab.runs.layout import REPLACED, RunDirectory
from reglab.runs.lock import RunInUseError, RunLock
from reglab.runs.status import HEARTBEAT_LIMIT, Status, read_status

RunState = Literal["new", "resumable", "failed", "complete", "foreign"]


@dataclass(frozen=True)
class OpenedRun:
    """What is in the directory of a run.

    Attributes:
        directory: the run.
        state: `new`: nothing was recorded yet. `resumable`: it was started and is not complete.
            `failed`: likewise, and its last attempt failed. `complete`: nothing is left to train.
            `foreign`: it holds another experiment, or files that are not a run's.
        status: as last written; None if missing.
        reason: for `foreign`: what is there, and what to do.
    """

    directory: RunDirectory
    state: RunState
    status: Status | None = None
    reason: str = ""


@contextmanager
def open_run(run: RunDirectory, identity: str, fresh: bool = False) -> Iterator[OpenedRun]:
    """Opens a run for this process alone, and holds its lock until the block ends.

    The directory is made if it does not exist. Files that a killed process left half-written are removed.

    Args:
        run: its directory.
        identity: hash of the resolved experiment.
        fresh: renames an old run first, so that the run is new.

    Yields:
        The run, which is not `foreign`.

    Raises:
        RunInUseError: another process is training the run, on this machine or elsewhere.
        RunError: the directory is foreign, a sibling is, or the system refused.
    """
    if fresh:
        _check(_inspect_siblings(run, identity))
        _set_aside(run)
    else:
        # Before the lock, which writes a file.
        _check(inspect_run(run, identity))
    if not run.path.is_dir():
        run.create()
    with RunLock(run.path):
        _check_elsewhere(run)
        _clear_leftovers(run)
        opened = inspect_run(run, identity)
        _check(opened)
        yield opened


def inspect_run(run: RunDirectory, identity: str) -> OpenedRun:
    """Finds the state of a run without opening it; another process may change it at any time.

    A run whose checkpoint remains was killed at its very end; it is `resumable`, and opening it removes
    the checkpoint.

    Args:
        run: its directory, which need not exist.
        identity: hash of the resolved experiment.

    Raises:
        RunError: a status cannot be read.
    """
    if sibling := _inspect_siblings(run, identity):
        return sibling
    if not run.status.exists():
        return _inspect_unrecorded(run)
    status = read_status(run.status)
    if status.identity != identity:
        return _other_experiment(run, status, identity)
    if status.state == "complete":
        return OpenedRun(run, "resumable" if run.checkpoint.exists() else "complete", status)
    return OpenedRun(run, "failed" if status.state == "failed" else "resumable", status)


def _inspect_siblings(run: RunDirectory, identity: str) -> OpenedRun | None:
    """All seeds in one folder must be of one experiment, or their mean would mix two."""
    for path in sorted(run.path.parent.glob("seed-*/status.json")):
        if path != run.status and REPLACED not in path.parent.name:
            status = read_status(path)
            if status.identity != identity:
                return _other_experiment(RunDirectory(path.parent), status, identity)
    return None


def _other_experiment(run: RunDirectory, status: Status, identity: str) -> OpenedRun:
    reason = (
        f"{run.path} holds another experiment (identity {status.identity}, this one is {identity}): "
        "name this one with --set name=…, choose another folder with --results DIR, "
        "or, for the same seed, set the old run aside with --fresh"
    )
    return OpenedRun(run, "foreign", status, reason)


def _inspect_unrecorded(run: RunDirectory) -> OpenedRun:
    """A run that was killed before its first status has left only these files."""
    early = {path.name for path in (run.lock, run.log, run.experiment, run.environment)}
    for entry in sorted(run.path.iterdir()) if run.path.is_dir() else ():
        if entry.name not in early and not entry.name.startswith(TEMPORARY_PREFIX):
            reason = (
                f"{run.path} is not a run of reglab: it has {entry.name}, but no {run.status.name}; "
                "choose another folder with --results DIR"
            )
            return OpenedRun(run, "foreign", None, reason)
    return OpenedRun(run, "new")


def _check(opened: OpenedRun | None) -> None:
    if opened is not None and opened.state == "foreign":
        raise RunError(opened.reason)


def _check_elsewhere(run: RunDirectory) -> None:
    """A lock may not reach a process on another machine; its heartbeat does."""
    try:
        status = read_status(run.status)
    except RunError:
        # Missing or damaged; `--fresh` may set aside a damaged run.
        return
    if status.is_trained_elsewhere:
        raise RunInUseError(
            f"{run.path} is being trained by process {status.pid} on {status.host}; "
            f"if that process has ended, try again in {HEARTBEAT_LIMIT:.0f} s"
        )


def _clear_leftovers(run: RunDirectory) -> None:
    for folder in (run.path, run.checkpoint):
        for entry in folder.glob(f"{TEMPORARY_PREFIX}*"):
            entry.unlink(missing_ok=True)
    if run.checkpoint.exists() and run.status.exists() and read_status(run.status).state == "complete":
        shutil.rmtree(run.checkpoint, ignore_errors=True)


def _set_aside(run: RunDirectory) -> None:
    """Renames a run's directory, under its lock, so that nothing that a user made is lost."""
    if not run.path.is_dir():
        return
    aside = run.path.with_name(f"{run.path.name}{REPLACED}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
    with RunLock(run.path):
        _check_elsewhere(run)
        try:
            run.path.rename(aside)
        except OSError as error:
            raise refused("set aside", run.path, error) from error

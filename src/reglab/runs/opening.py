"""Opens a run: takes its lock and finds the state of its directory."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from reglab.differences import list_differences
from reglab.errors import ReglabError, RunError
from reglab.experiment import Experiment
from reglab.files import TEMPORARY_PREFIX, refused
from reglab.runs.layout import REPLACED, RunDirectory
from reglab.runs.lock import RunInUseError, RunLock
from reglab.runs.status import HEARTBEAT_LIMIT, Status, read_status

_MOST = 4
"""Largest number of differences in a message."""

RunState = Literal["new", "resumable", "failed", "complete", "foreign"]


@dataclass(frozen=True)
class OpenedRun:
    """What is in the directory of a run.

    Attributes:
        directory: the run.
        state: `new`: it has no status. `resumable`: it was started and is not complete, or its checkpoint
            was not deleted. `failed`: its last attempt failed. `complete`: nothing is left to train.
            `foreign`: the directory has another experiment, or files that are not of a run.
        status: as last written; None if missing.
        reason: the message for a `foreign` run; otherwise empty.
    """

    directory: RunDirectory
    state: RunState
    status: Status | None = None
    reason: str = ""


@contextmanager
def open_run(run: RunDirectory, experiment: Experiment, fresh: bool = False) -> Iterator[OpenedRun]:
    """Opens a run and holds its lock until the block ends.

    The directory is created if it does not exist. Incomplete files of a killed process are removed.

    Args:
        run: its directory.
        experiment: what is trained in it.
        fresh: whether an old run is set aside (renamed) first, so that the run is new.

    Yields:
        The run, which is not `foreign`.

    Raises:
        RunInUseError: another process is training the run, on this machine or another one.
        RunError: the directory, its place or the run of another seed is foreign, a status cannot be read, or
            the system refused.
    """
    if fresh:
        _check(_inspect_surroundings(run, experiment))
        set_aside(run)
    else:
        # Checked before the lock is taken, because the lock writes a file.
        _check(inspect_run(run, experiment))
    if not run.path.is_dir():
        try:
            run.create()
        except RunError:
            # Another process may have created it in the meantime; the lock decides which one has the run.
            if not run.path.is_dir():
                raise
    with RunLock(run.path):
        _check_elsewhere(run)
        _clear_leftovers(run)
        opened = inspect_run(run, experiment)
        _check(opened)
        yield opened


def inspect_run(run: RunDirectory, experiment: Experiment) -> OpenedRun:
    """Finds the state of a run without opening it; another process may change it at any time.

    A complete run that still has its checkpoint was killed before it deleted it. It is `resumable`; opening
    it deletes the checkpoint.

    Args:
        run: its directory, which need not exist.
        experiment: what is trained in it.

    Raises:
        RunError: a status cannot be read.
    """
    if foreign := _inspect_surroundings(run, experiment):
        return foreign
    if not run.status.exists():
        return _inspect_unrecorded(run)
    try:
        status = read_status(run.status)
    except RunError as error:
        raise RunError(f"{error}; restore the file, or set the run aside with --fresh") from error
    if status.identity != experiment.identity:
        return _other_experiment(run, status, experiment)
    if status.state == "complete":
        return OpenedRun(run, "resumable" if run.checkpoint.exists() else "complete", status)
    return OpenedRun(run, "failed" if status.state == "failed" else "resumable", status)


def _inspect_surroundings(run: RunDirectory, experiment: Experiment) -> OpenedRun | None:
    """Finds what makes a place unfit for a run.

    A search for runs would not find a run that is inside another one, or that looks as if it was set aside.
    Beside a run of another experiment, the mean over seeds would mix two experiments.
    """
    try:
        os.fsencode(run.path)
    except UnicodeEncodeError:
        reason = (
            f"{run.path} cannot be created: file names are in {sys.getfilesystemencoding()} here; "
            "choose another name with --set name=…"
        )
        return OpenedRun(run, "foreign", None, reason)
    for folder in run.path.absolute().parents:
        if os.path.isfile(RunDirectory(folder).status):
            reason = f"{run.path} would be inside the run {folder}; choose another folder with --results DIR"
            return OpenedRun(run, "foreign", None, reason)
    if REPLACED in experiment.name:
        reason = (
            f"the name {experiment.name} contains {REPLACED}, as the folders of runs that were set aside: "
            "choose another one with --set name=…"
        )
        return OpenedRun(run, "foreign", None, reason)
    for path in sorted(run.path.parent.glob("seed-*/status.json")):
        if path != run.status and REPLACED not in path.parent.name:
            status = read_status(path)
            if status.identity != experiment.identity:
                return _other_experiment(RunDirectory(path.parent), status, experiment)
    return None


def _other_experiment(run: RunDirectory, status: Status, experiment: Experiment) -> OpenedRun:
    reason = (
        f"{run.path} holds another experiment ({_describe_differences(run, experiment)}): "
        "name this one with --set name=…, choose another folder with --results DIR, "
        "or, for the same seed, set the old run aside with --fresh"
    )
    return OpenedRun(run, "foreign", status, reason)


def _describe_differences(run: RunDirectory, experiment: Experiment) -> str:
    """The keys that differ, with the value in the run and the value of this experiment."""
    try:
        kept = Experiment.load(run.experiment)
    except ReglabError:
        return f"its {run.experiment.name} cannot be read"
    names = ("name", "title", "description", "training.seed")
    found = [each for each in list_differences(kept, experiment) if each.key not in names]
    listed = [f"{each.key} is {each.first} there, {each.second} here" for each in found[:_MOST]]
    listed += [f"and {len(found) - _MOST} more keys"] * (len(found) > _MOST)
    more = experiment.training.epochs > kept.training.epochs
    if more and [each.key for each in found] == ["training.epochs"]:
        # The state of the optimizer is needed to go on, and it is two thirds of a checkpoint.
        listed.append("a complete run has no state of the optimizer from which it could go on")
    return "; ".join(listed) or f"its {run.experiment.name} was changed"


def _inspect_unrecorded(run: RunDirectory) -> OpenedRun:
    """The state without a status: `new` if there are only files that a run writes before its status."""
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
    """Raises RunInUseError if a heartbeat shows a process on another machine, which locks may not show."""
    try:
        status = read_status(run.status)
    except RunError:
        # The status is missing or damaged; `--fresh` may set aside a damaged run.
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


def set_aside(run: RunDirectory) -> None:
    """Renames the directory of a run under its lock, so that no results are lost.

    Raises:
        RunInUseError: a process is training the run.
        RunError: the system refused.
    """
    if not run.path.is_dir():
        return
    aside = run.path.with_name(f"{run.path.name}{REPLACED}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
    with RunLock(run.path):
        _check_elsewhere(run)
        try:
            run.path.rename(aside)
        except OSError as error:
            raise refused("set aside", run.path, error) from error

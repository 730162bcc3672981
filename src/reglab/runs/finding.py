"""Finds and reads the runs under given paths."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reglab.errors import RunError
from reglab.files import refused
from reglab.runs.history import History, read_history
from reglab.runs.layout import REPLACED, RunDirectory
from reglab.runs.lock import is_locked
from reglab.runs.status import State, Status, read_status
from reglab.runs.summary import Summary, read_summary


@dataclass(frozen=True)
class RunRecord:
    """A run, as read from the disk.

    Attributes:
        directory: its files.
        status: as last written.
        history: its epochs; None before the first.
        summary: its final numbers; None before they are written.
        is_trained: whether a process was training it when it was read. A process on this machine holds the
            lock; a process on another machine writes heartbeats.
    """

    directory: RunDirectory
    status: Status
    history: History | None
    summary: Summary | None
    is_trained: bool = False

    @property
    def state(self) -> State:
        """State of the run: `interrupted` if the status is `running` but no process is training it."""
        if self.status.state == "running" and not self.is_trained:
            return "interrupted"
        return self.status.state


@dataclass(frozen=True)
class Found:
    """The runs under given paths.

    Attributes:
        runs: the runs that could be read, each once, in the order of the paths; under one path, sorted by
            experiment and seed (2 before 10).
        empty: the paths without runs.
        damaged: one message for each run or folder that could not be read.
    """

    runs: tuple[RunRecord, ...]
    empty: tuple[Path, ...]
    damaged: tuple[str, ...] = ()


def find_runs(paths: Sequence[Path]) -> Found:
    """Finds and reads the runs under given paths.

    Args:
        paths: each a run, or a folder that has runs at any depth, such as results. A file has no runs. Runs
            that `--fresh` has set aside are omitted.

    Raises:
        RunError: a path does not exist, or the only path cannot be read. One of several paths, or a folder
            below a path, that cannot be read is one of the `damaged` instead, so that it does not hide the
            other runs.
    """
    runs: dict[Path, RunRecord | None] = {}
    damaged: list[str] = []
    empty: list[Path] = []
    for path in paths:
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            raise RunError(
                f"{path} does not exist: expected a run, an experiment's folder, or results"
            ) from None
        except OSError as error:
            if len(paths) == 1:
                raise refused("read", path, error) from error
            damaged.append(str(refused("read", path, error)))
            continue
        unreadable: dict[Path, RunError] = {}
        found = list(_search(path, unreadable))
        if path in unreadable and len(paths) == 1:
            raise unreadable[path]
        damaged += map(str, unreadable.values())
        if not found and path not in unreadable:
            empty.append(path)
        for directory in found:
            place = Path(os.path.realpath(directory.path))
            if place not in runs:
                try:
                    runs[place] = read_run(directory)
                except RunError as error:
                    runs[place] = None
                    damaged.append(str(error))
    return Found(tuple(run for run in runs.values() if run is not None), tuple(empty), tuple(damaged))


def read_run(directory: RunDirectory) -> RunRecord:
    """Reads one run; raises RunError if the directory is not a run, or is damaged."""
    if not os.path.lexists(directory.status):
        raise RunError(f"{directory.path} is not a run: it has no {directory.status.name}")
    # The lock is read first, so that a run that ends in between is complete, not interrupted.
    locked = is_locked(directory.path)
    status = read_status(directory.status)
    return RunRecord(
        directory,
        status,
        read_history(directory.history) if os.path.lexists(directory.history) else None,
        read_summary(directory.summary) if os.path.lexists(directory.summary) else None,
        locked or status.is_trained_elsewhere,
    )


def _search(path: Path, unreadable: dict[Path, RunError]) -> Iterator[RunDirectory]:
    """Finds the runs below a path. Each folder is searched once, so that links do not lead in circles."""
    searched: set[str] = set()
    waiting = [path]
    while waiting:
        folder = waiting.pop()
        directory = RunDirectory(folder)
        # os.path.isfile and isdir are False where Path's methods raise an error: in a folder without access.
        if os.path.isfile(directory.status):
            yield directory
        elif os.path.isfile(directory.history):
            unreadable[folder] = RunError(
                f"{folder} has {directory.history.name}, but no {directory.status.name}: "
                "restore it from a copy"
            )
        elif os.path.isdir(folder) and (place := os.path.realpath(folder)) not in searched:
            searched.add(place)
            try:
                waiting += reversed(_folders(folder))
            except OSError as error:
                unreadable[folder] = refused("read", folder, error)


def _folders(path: Path) -> list[Path]:
    with os.scandir(path) as entries:
        names = [entry.name for entry in entries if _may_hold_runs(entry.name) and _is_folder(entry)]
    return [path / name for name in sorted(names, key=_natural)]


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    # A link needs another call of the system, which fails if its target is in a folder without access.
    return os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir()


def _may_hold_runs(name: str) -> bool:
    return not name.startswith(".") and REPLACED not in name


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts `seed-10` after `seed-2`."""
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name))

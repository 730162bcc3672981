"""The lock of a run, for one process at a time. The kernel releases it when the process ends or is killed."""

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType

from reglab.errors import RunError
from reglab.files import refused
from reglab.machine import find_host
from reglab.runs.layout import RunDirectory

# `is_locked` holds the lock for a moment, so a process that wants to train tries several times.
_TRIES = 5
_SECONDS_BETWEEN_TRIES = 0.02


class RunInUseError(RunError):
    """Another process is training the run."""


class RunLock:
    """A context manager that holds the lock of a run for this process.

    Example:
        >>> with RunLock(Path("results/mp/seed-0")):
        ...     train()
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._descriptor: int | None = None

    def __enter__(self) -> "RunLock":
        """Takes the lock; raises RunInUseError if another process holds it."""
        path = RunDirectory(self.directory).lock
        descriptor = _open(path)
        try:
            while not self._is_mine(descriptor, path):
                # In the meantime, `--fresh` in another process has renamed the folder with its lock file.
                os.close(descriptor)
                descriptor = _open(path)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"process {os.getpid()} on {find_host()}\n".encode(), 0)
        except OSError as error:
            os.close(descriptor)
            raise refused("lock", path, error) from error
        except RunInUseError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return self

    def _is_mine(self, descriptor: int, path: Path) -> bool:
        """Locks an open file; returns whether it is still the file at the path."""
        if not _lock(descriptor):
            holder = os.read(descriptor, 1000).decode(errors="replace").strip()
            raise RunInUseError(f"{self.directory} is being trained by {holder or 'another process'}")
        try:
            return os.path.samestat(os.fstat(descriptor), os.stat(path))
        except FileNotFoundError:
            return False

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Releases the lock. The file is kept: if it were removed, two processes could lock two files."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise refused("lock", path, error) from error


def is_locked(directory: Path) -> bool:
    """Whether a process holds the lock of a run; False if there is no lock file."""
    try:
        descriptor = os.open(RunDirectory(directory).lock, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _lock(descriptor: int) -> bool:
    for _ in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_SECONDS_BETWEEN_TRIES)
        else:
            return True
    return False

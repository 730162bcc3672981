"""A run is locked by one process at a time."""

import fcntl
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from reglab.errors import RunError
from reglab.runs.lock import RunInUseError, RunLock, is_locked

HOLD = """
import sys
from pathlib import Path
from reglab.runs.lock import RunLock
with RunLock(Path(sys.argv[1])):
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    """The message names the run and the process. The kernel releases the lock of a killed process."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"locked\n"
        assert is_locked(tmp_path)
        with pytest.raises(RunInUseError) as caught, RunLock(tmp_path):
            pass
        host = socket.gethostname()
        assert str(caught.value) == f"{tmp_path} is being trained by process {process.pid} on {host}"
        process.kill()
        process.wait()
    assert not is_locked(tmp_path)
    with RunLock(tmp_path):
        assert (tmp_path / "lock").read_text() == f"process {os.getpid()} on {host}\n"


def test_a_renamed_folder_is_not_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the folder is renamed and replaced during locking, the new folder is locked."""
    folder, aside = tmp_path / "seed-0", tmp_path / "seed-0.replaced"
    folder.mkdir()
    real, renamed = fcntl.flock, []

    def flock(descriptor: int, operation: int) -> None:
        if not renamed:
            renamed.append(folder.rename(aside))
            folder.mkdir()
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    with RunLock(folder):
        assert is_locked(folder)
        assert not is_locked(aside)


def test_lock_is_released_at_the_end(tmp_path: Path) -> None:
    """Held inside the block, free after it."""
    with RunLock(tmp_path):
        assert is_locked(tmp_path)
    assert not is_locked(tmp_path)


def test_lock_is_released_by_an_error(tmp_path: Path) -> None:
    """An error in the block releases the lock."""
    with pytest.raises(ZeroDivisionError), RunLock(tmp_path):
        raise ZeroDivisionError
    assert not is_locked(tmp_path)


def test_a_directory_without_a_lock_file_is_not_locked(tmp_path: Path) -> None:
    """Asking does not create the file."""
    assert not is_locked(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_missing_directory_is_named(tmp_path: Path) -> None:
    """The message has the path of the lock."""
    with pytest.raises(RunError) as caught, RunLock(tmp_path / "nowhere"):
        pass
    path = tmp_path / "nowhere" / "lock"
    assert str(caught.value) == f"cannot lock {path}: No such file or directory"

"""Atomic writing: a file is written as a whole or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from reglab.errors import RunError

TEMPORARY_PREFIX = ".tmp-"


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yields a temporary path to write to; its file replaces `path` when the block succeeds.

    The temporary name has the same ending as `path` (`model.weights.h5`), because some libraries choose
    the format by it. If the block raises, the temporary file is removed and `path` is unchanged.

    Args:
        path: the file to write or replace; its folder must exist.

    Yields:
        A path in the same folder, which does not exist yet.

    Raises:
        RunError: the block or the renaming raised an OSError (full disk, read-only folder).
    """
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(4)}-{path.name}")
    try:
        yield temporary
        flush(temporary)
        os.replace(temporary, path)
        flush(path.parent)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise refused("write", path, error) from error
        raise


def write_atomically(path: Path, data: bytes | str) -> None:
    """Writes a whole file; on an error the old one is unchanged.

    Args:
        path: the file to write or replace; its folder must exist.
        data: its content; text is encoded as UTF-8. What UTF-8 cannot encode, as in some paths, is escaped.

    Raises:
        RunError: the file cannot be written (full disk, read-only folder).
    """
    with atomic_path(path) as temporary:
        temporary.write_bytes(data.encode(errors="backslashreplace") if isinstance(data, str) else data)


def check_is_file(path: Path) -> None:
    """Refuses pipes and devices, since reading a pipe waits for a writer.

    Raises:
        RunError: the path is neither a file nor a folder, nor missing.
        OSError: the system does not say.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise RunError(f"cannot read {path}: expected a file, found a pipe or a device")


def read_file(path: Path) -> bytes:
    """Reads a whole file.

    Raises:
        RunError: it cannot be read, or is a pipe or a device.
    """
    try:
        check_is_file(path)
        return path.read_bytes()
    except OSError as error:
        raise refused("read", path, error) from error


def create_folder(path: Path) -> None:
    """Creates a folder and its parents; does nothing if it exists.

    Raises:
        RunError: a file has its name, or the system refused.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused("create", path, error) from error


def remove_file(path: Path) -> None:
    """Removes a file, if it exists.

    Raises:
        RunError: the system refused.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise refused("remove", path, error) from error


def refused(verb: str, path: Path | str, error: OSError) -> RunError:
    """Builds the error for a path that the operating system refused to `verb`, with its reason."""
    return RunError(f"cannot {verb} {path}: {error.strerror or error}")


def flush(path: Path) -> None:
    """Waits until the content of a file, or the names in a folder, are on the disk.

    Raises:
        OSError: the path cannot be opened or written to the disk.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

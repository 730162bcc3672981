"""The directories in which data sets are searched and stored."""

import os
import tempfile
from pathlib import Path
from stat import S_ISDIR

from reglab.errors import DataError

DATA_DIRECTORY = "REGLAB_DATA_DIR"
CACHE_DIRECTORY = "REGLAB_CACHE_DIR"


def data_directory(option: Path | None = None) -> Path | None:
    """The user's data directory, with `~` expanded; None if the user has set none.

    Args:
        option: value of `--data-dir`; if None, the environment variable REGLAB_DATA_DIR is used.

    Raises:
        DataError: it is a file, does not exist, cannot be read, or names a user without a home folder.
    """
    named = option or os.environ.get(DATA_DIRECTORY)
    if not named:
        return None
    directory = _expand(Path(named), "--data-dir" if option else DATA_DIRECTORY)
    where = directory if option else f"{DATA_DIRECTORY}={directory}"
    try:
        mode = directory.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        mode = None
    except OSError as error:
        raise DataError(f"cannot read the data directory {where}: {error.strerror}") from error
    if mode is None or not S_ISDIR(mode):
        found = "nothing there" if mode is None else "a file"
        raise DataError(f"{where}: expected a directory that holds the data, found {found}")
    return directory


def cache_directory() -> Path:
    """Reglab's cache: REGLAB_CACHE_DIR, otherwise `reglab` in XDG_CACHE_HOME, otherwise `~/.cache/reglab`.

    Raises:
        DataError: a variable names a user without a home folder.
    """
    for variable, folder in ((CACHE_DIRECTORY, ""), ("XDG_CACHE_HOME", "reglab")):
        if named := os.environ.get(variable):
            return _expand(Path(named), variable) / folder
    return _home() / ".cache" / "reglab"


def keras_directory() -> Path:
    """Keras's folder of downloaded data sets: `datasets` in KERAS_HOME, otherwise in `~/.keras`.

    Raises:
        DataError: KERAS_HOME names a user without a home folder.
    """
    named = os.environ.get("KERAS_HOME")
    return (_expand(Path(named), "KERAS_HOME") if named else _home() / ".keras") / "datasets"


def _expand(path: Path, variable: str) -> Path:
    """Replaces a leading `~`; in a container, the user may have no home folder."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise DataError(f"{variable}={path}: there is no home folder for {path.parts[0]}") from error


def _home() -> Path:
    """The home folder, or the system's folder of temporary files for a user without one."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(tempfile.gettempdir())

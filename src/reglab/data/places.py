"""The directories that are searched for data and in which data are kept."""

import os
from pathlib import Path

from reglab.errors import DataError

DATA_DIRECTORY = "REGLAB_DATA_DIR"
CACHE_DIRECTORY = "REGLAB_CACHE_DIR"


def data_directory(option: Path | None = None) -> Path | None:
    """The user's data directory, `~` expanded, or None; it is not checked whether it exists.

    Args:
        option: value of `--data-dir`; if None, the environment variable REGLAB_DATA_DIR is used.
    """
    named = option or os.environ.get(DATA_DIRECTORY)
    return Path(named).expanduser() if named else None


def check_directory(directory: Path) -> None:
    """Checks that a data directory exists.

    Raises:
        DataError: the path is a file, or does not exist.
    """
    if not directory.is_dir():
        found = "a file" if directory.exists() else "nothing there"
        raise DataError(f"{directory}: expected a directory that holds the data, found {found}")


def cache_directory() -> Path:
    """Reglab's cache of data and decoded pictures: REGLAB_CACHE_DIR, or the user's cache."""
    if named := os.environ.get(CACHE_DIRECTORY):
        return Path(named).expanduser()
    if shared := os.environ.get("XDG_CACHE_HOME"):
        return Path(shared).expanduser() / "reglab"
    return Path.home() / ".cache" / "reglab"


def keras_directory() -> Path:
    """Keras's folder of downloaded data sets: in KERAS_HOME, or in `~/.keras`."""
    named = os.environ.get("KERAS_HOME")
    home = Path(named).expanduser() if named else Path.home() / ".keras"
    return home / "datasets"

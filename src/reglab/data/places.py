"""The directories in which data sets are searched and stored."""

import os
from pathlib import Path

from reglab.errors import DataError

DATA_DIRECTORY = "REGLAB_DATA_DIR"
CACHE_DIRECTORY = "REGLAB_CACHE_DIR"


def data_directory(option: Path | None = None) -> Path | None:
    """The user's data directory, with `~` expanded; None if the user has set none.

    Args:
        option: value of `--data-dir`; if None, the environment variable REGLAB_DATA_DIR is used.

    Raises:
        DataError: it is a file, or does not exist.
    """
    named = option or os.environ.get(DATA_DIRECTORY)
    if not named:
        return None
    directory = Path(named).expanduser()
    if not directory.is_dir():
        where = directory if option else f"{DATA_DIRECTORY}={directory}"
        found = "a file" if directory.exists() else "nothing there"
        raise DataError(f"{where}: expected a directory that holds the data, found {found}")
    return directory


def cache_directory() -> Path:
    """Reglab's cache: REGLAB_CACHE_DIR, otherwise `reglab` in XDG_CACHE_HOME, otherwise `~/.cache/reglab`."""
    if named := os.environ.get(CACHE_DIRECTORY):
        return Path(named).expanduser()
    if shared := os.environ.get("XDG_CACHE_HOME"):
        return Path(shared).expanduser() / "reglab"
    return Path.home() / ".cache" / "reglab"


def keras_directory() -> Path:
    """Keras's folder of downloaded data sets: `datasets` in KERAS_HOME, otherwise in `~/.keras`."""
    named = os.environ.get("KERAS_HOME")
    home = Path(named).expanduser() if named else Path.home() / ".keras"
    return home / "datasets"

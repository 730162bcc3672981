"""The directories in which data are looked for and kept."""

import os
from pathlib import Path

DATA_DIRECTORY = "REGLAB_DATA_DIR"
CACHE_DIRECTORY = "REGLAB_CACHE_DIR"


def data_directory(option: Path | None = None) -> Path | None:
    """The directory that the user names as holding the data, or None.

    Args:
        option: what `--data-dir` says; where None, the environment variable REGLAB_DATA_DIR counts.

    Returns:
        The directory as named, `~` expanded; whether it is there is for the loader to say.
    """
    named = option or os.environ.get(DATA_DIRECTORY)
    return Path(named).expanduser() if named else None


def cache_directory() -> Path:
    """Where reglab keeps what it decoded, and looks for data: REGLAB_CACHE_DIR, or the user's cache."""
    if named := os.environ.get(CACHE_DIRECTORY):
        return Path(named).expanduser()
    if shared := os.environ.get("XDG_CACHE_HOME"):
        return Path(shared).expanduser() / "reglab"
    return Path.home() / ".cache" / "reglab"


def keras_directory() -> Path:
    """Keras's own folder of downloaded data sets, as Keras finds it: KERAS_HOME, or `~/.keras`."""
    named = os.environ.get("KERAS_HOME")
    home = Path(named).expanduser() if named else Path.home() / ".keras"
    return home / "datasets"

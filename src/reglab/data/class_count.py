"""How many classes a data set has, without loading it."""

from pathlib import Path

from reglab.config.data import Data
from reglab.data.classes import CIFAR100
from reglab.data.folders import list_classes
from reglab.data.found import find_picture_folders
from reglab.data.places import data_directory


def count_classes(data: Data, directory: Path | None = None) -> int | None:
    """Counts the classes of a data set.

    Args:
        data: which data set.
        directory: where the user says that the data are.

    Returns:
        How many; None for a `folder` that is not there.
    """
    if data.dataset == "cifar100":
        return len(CIFAR100)
    if data.dataset != "folder":
        return 10
    named = data_directory(directory)
    roots = find_picture_folders(named) if named else []
    return len(list_classes(roots[0] / "train")) if len(roots) == 1 else None

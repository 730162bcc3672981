"""Unique names and titles for the experiments of a comparison."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

MOST = 4
"""Largest number of titles or values in a sentence."""


def join_titles(titles: Sequence[str]) -> str:
    """Joins titles in a sentence: `CNN and CNN + MP`, or `CNN and 6 more`."""
    return " and ".join(titles) if len(titles) <= MOST else f"{titles[0]} and {len(titles) - 1} more"


def distinguish_names(names: Sequence[str], folders: Sequence[Path]) -> tuple[str, ...]:
    """Replaces names that occur more than once with the shortest unique end of their folder.

    Args:
        names: one for each experiment.
        folders: the folder of the runs of each experiment; different for experiments with the same name.

    Returns:
        One unique name for each experiment, such as `results_a/mp` and `results_b/mp`.
    """
    same: dict[str, list[Path]] = {}
    for name, folder in zip(names, folders, strict=True):
        same.setdefault(name, []).append(folder)
    return tuple(
        name if len(same[name]) == 1 else _shorten(folder, same[name])
        for name, folder in zip(names, folders, strict=True)
    )


def distinguish_titles(titles: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Adds the experiment's name to titles that occur more than once: `CNN + MP (mp_slow)`."""
    counts = Counter(titles)
    return tuple(
        title if counts[title] == 1 else f"{title} ({name})"
        for title, name in zip(titles, names, strict=True)
    )


def _shorten(folder: Path, folders: Sequence[Path]) -> str:
    """The shortest end of a path, of at least two parts, that is not the end of another path."""
    for length in range(2, len(folder.parts)):
        ending = folder.parts[-length:]
        if sum(other.parts[-length:] == ending for other in folders) == 1:
            return str(Path(*ending))
    return str(folder)

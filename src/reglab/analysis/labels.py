"""Names that tell experiments apart, also when two were given the same."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path


def distinguish_names(names: Sequence[str], folders: Sequence[Path]) -> tuple[str, ...]:
    """Replaces names that occur twice by as much of the folder as it takes to tell them apart.

    Args:
        names: one an experiment.
        folders: where each experiment's runs lie; those of the same name lie in different ones.

    Returns:
        One name an experiment, no two the same: `results_a/mp` and `results_b/mp`.
    """
    counts = Counter(names)
    return tuple(
        name
        if counts[name] == 1
        else _shorten(folder, [place for other, place in zip(names, folders, strict=True) if other == name])
        for name, folder in zip(names, folders, strict=True)
    )


def distinguish_titles(titles: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Adds the experiment's name to titles that occur twice: `CNN + MP (mp_slow)`."""
    counts = Counter(titles)
    return tuple(
        title if counts[title] == 1 else f"{title} ({name})"
        for title, name in zip(titles, names, strict=True)
    )


def _shorten(folder: Path, rivals: Sequence[Path]) -> str:
    """The fewest last parts of a path, two at least, that none of its rivals ends with."""
    for length in range(2, len(folder.parts)):
        ending = folder.parts[-length:]
        if sum(rival.parts[-length:] == ending for rival in rivals) == 1:
            return str(Path(*ending))
    return str(folder)

"""The known name that is nearest to a mistyped one."""

import os
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

_MOST_FOLDERS = 200


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean dropout?`, or an empty string if no known name is near."""
    matches = get_close_matches(name, list(known), n=1, cutoff=0.7)
    return f"; did you mean {matches[0]}?" if matches else ""


def nearest_config(missing: Path, base: Path = Path()) -> str:
    """`; did you mean configs/mp.yaml?` for a missing file: the YAML file with the nearest name near it.

    The file's folder is searched first, then up to two levels below its nearest folder that exists, and then
    below the folder of that one.

    Args:
        missing: the path, of which the ending has no effect.
        base: folder to which the suggestion is relative.
    """
    try:
        start = next((folder for folder in missing.parents if folder.is_dir()), None)
        if start is None:
            return ""
        found = (
            _nearest_path(missing, _list_configs(start) if start == missing.parent else [])
            or _nearest_path(missing, _search_below(start))
            or _nearest_path(missing, _search_below(start.parent))
        )
    except (OSError, ValueError):
        return ""
    if found is None:
        return ""
    return f"; did you mean {found.relative_to(base) if found.is_relative_to(base) else found}?"


def _nearest_path(missing: Path, known: Sequence[Path]) -> Path | None:
    """The path with the nearest stem; of those with the same stem, the path that is nearest as a whole."""
    stems = get_close_matches(missing.stem, {path.stem for path in known}, n=1, cutoff=0.7)
    same = {str(path): path for path in known if path.stem in stems}
    paths = get_close_matches(str(missing), sorted(same), n=1, cutoff=0)
    return same[paths[0]] if paths else None


def _search_below(start: Path) -> list[Path]:
    folders = [start]
    for folder in folders:
        if len(folder.relative_to(start).parts) < 2:
            folders += sorted(entry for entry in folder.iterdir() if _is_searched(entry))
        if len(folders) > _MOST_FOLDERS:
            break
    return [path for folder in folders[:_MOST_FOLDERS] for path in _list_configs(folder)]


def _is_searched(entry: Path) -> bool:
    return not entry.name.startswith(".") and os.path.isdir(entry) and os.access(entry, os.R_OK | os.X_OK)


def _list_configs(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml"))

"""The known name that is nearest to a mistyped one."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean dropout?`, or an empty string if no known name is near."""
    matches = get_close_matches(name, list(known), n=1, cutoff=0.7)
    return f"; did you mean {matches[0]}?" if matches else ""


def nearest_config(missing: Path) -> str:
    """`; did you mean mp.yaml?` for a missing file: the YAML file in its folder with the nearest stem."""
    try:
        names = {path.stem: path.name for path in sorted(missing.parent.glob("*.yaml"))}
    except (OSError, ValueError):
        return ""
    matches = get_close_matches(missing.stem, names, n=1, cutoff=0.7)
    return f"; did you mean {names[matches[0]]}?" if matches else ""

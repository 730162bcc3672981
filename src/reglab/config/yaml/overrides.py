"""`--set key=value`: single keys of an experiment, changed from the command line."""

from collections.abc import Iterable, Sequence
from typing import Any

from reglab.config.yaml.inheritance import merge
from reglab.config.yaml.tree import KeyPath, Tree, parse_value
from reglab.errors import ExperimentError, Problem


def apply_overrides(tree: Tree, overrides: Sequence[str]) -> Tree:
    """Writes each `key=value` over the tree, in order.

    Args:
        tree: an experiment's values.
        overrides: as typed: `training.optimizer.learning_rate=1e-4`, `regularizers.dropout=null`.

    Returns:
        The changed values; the place of each changed key is the `--set` itself.

    Raises:
        ExperimentError: if an override has no `=`, no key, or a value that is not YAML.
    """
    problems: list[Problem] = []
    value, places = tree.value, dict(tree.places)
    for override in overrides:
        place = f"--set {override}"
        key, equals, text = override.partition("=")
        parts = key.strip().split(".")
        if not equals or not all(parts):
            problems.append(Problem(place, "", "expected key=value, as in training.epochs=5"))
            continue
        if parts == ["extends"]:
            problems.append(Problem(place, "", "expected a key of the experiment; only a file can extend"))
            continue
        try:
            new = parse_value(text, place)
        except ExperimentError as error:
            problems.extend(error.problems)
            continue
        path: KeyPath = tuple(parts)
        _claim(path, value, place, places)
        value = merge(value, nest(path, new))
        _mark(new, path, place, places)
    if problems:
        raise ExperimentError(problems)
    return Tree(value, places, tree.problems)


def nest(path: KeyPath, value: Any) -> dict[str, Any]:
    """`{"training": {"epochs": 5}}` for the path `("training", "epochs")` and the value 5."""
    for part in reversed(path):
        value = {part: value}
    result: dict[str, Any] = value
    return result


def _claim(path: KeyPath, below: Any, place: str, places: dict[KeyPath, str]) -> None:
    """The key itself comes from the override, and so does each above it that was no mapping before."""
    for length, part in enumerate(path, start=1):
        below = below.get(part) if isinstance(below, dict) else None
        if length == len(path) or not isinstance(below, dict):
            places[path[:length]] = place


def _mark(value: Any, path: KeyPath, place: str, places: dict[KeyPath, str]) -> None:
    inside: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    for key, inner in inside:
        places[(*path, key)] = place
        _mark(inner, (*path, key), place, places)

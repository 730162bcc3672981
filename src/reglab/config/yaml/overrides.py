"""Single keys of an experiment, changed with `--set key=value` or from Python."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reglab.config.yaml.inheritance import explain_empty, merge
from reglab.config.yaml.tree import KeyPath, Tree, format_key, parse_value
from reglab.errors import ExperimentError, Problem
from reglab.printable import has_controls

_TEXTS: tuple[KeyPath, ...] = (("name",), ("title",), ("description",))
_NULLS = ("", "~", "null")


def apply_overrides(tree: Tree, overrides: Sequence[str]) -> Tree:
    """Writes the value of each `key=value` over the tree, in order.

    Args:
        tree: an experiment's values.
        overrides: such as `training.optimizer.learning_rate=1e-4` and `regularizers.dropout=null`.

    Returns:
        The changed values; the place of each changed key is the `--set` option.

    Raises:
        ExperimentError: if an override has no `=` or no key, its value is not YAML, or another override
            drops it.
    """
    problems: list[Problem] = []
    dropped: list[KeyPath] = []
    value, places = tree.value, dict(tree.places)
    for override in overrides:
        place = f"--set {override}"
        key, equals, text = override.partition("=")
        path = _split(key.strip())
        if not equals or not all(path):
            problems.append(Problem(place, "", "expected key=value, such as training.epochs=5"))
            continue
        if has_controls(key.replace("\n", "\0")):
            problems.append(Problem(place, "", f"expected a key of letters, got {key!a}"))
            continue
        if path == ("extends",):
            problems.append(Problem(place, "", "extends can be set in a file only"))
            continue
        try:
            new = _read_text(text, place) if path in _TEXTS else parse_value(text, place)
        except ExperimentError as error:
            problems.extend(error.problems)
            continue
        if path == ("regularizers",) and new == {} and value.get("regularizers"):
            problems.append(Problem(place, "regularizers", explain_empty(value["regularizers"])))
            continue
        before = value
        value, places = _write(value, places, path, new, place)
        for lost in _list_dropped(before, value):
            previous = places.pop(lost, "")
            if previous.startswith("--set "):
                message = f"{place} drops this setting; give it after that one"
                problems.append(Problem(previous, format_key(lost), message))
            elif previous:
                dropped.append(lost)
    if problems:
        raise ExperimentError(problems)
    return Tree(value, places, tree.problems, tuple(dropped))


def write_value(tree: Tree, key: str, value: Any, place: str) -> Tree:
    """Writes a value over the one of a dotted key, as `--set` does.

    Args:
        tree: an experiment's values.
        key: such as `regularizers.l2.strength`.
        value: mapping, list or scalar.
        place: file and line of the value.
    """
    written, places = _write(tree.value, tree.places, _split(key), value, place)
    return Tree(written, places, tree.problems, tree.dropped)


def apply_changes(values: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Writes each value over an experiment's values, in order; `changes` maps dotted keys to values."""
    for key, new in changes.items():
        values = merge(values, _nest(_split(key), new))
    return values


def _write(
    values: dict[str, Any], places: Mapping[KeyPath, str], path: KeyPath, new: Any, place: str
) -> tuple[dict[str, Any], dict[KeyPath, str]]:
    """The values and places after a new value is written at a path."""
    changed = dict(places)
    _mark_path(path, values, place, changed)
    _mark_inside(new, path, place, changed)
    return merge(values, _nest(path, new)), changed


def _read_text(text: str, place: str) -> str | None:
    """A title or a name as it was typed: YAML would read `a #5` as `a`, and `a: b` as a mapping."""
    text = text.strip()
    if text in _NULLS:
        return None
    if text.startswith(("'", '"')):
        try:
            new = parse_value(text, place)
        except ExperimentError:
            return text
        return new if isinstance(new, str) else text
    return text


def _list_dropped(before: Any, after: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """The keys of a mapping that are missing in the mapping that replaces it."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return
    for key, inner in before.items():
        if key in after:
            yield from _list_dropped(inner, after[key], (*path, key))
        else:
            yield (*path, key)


def _split(key: str) -> KeyPath:
    return tuple(key.split("."))


def _nest(path: KeyPath, value: Any) -> dict[str, Any]:
    """`{"training": {"epochs": 5}}` for the path `("training", "epochs")` and the value 5."""
    for part in reversed(path):
        value = {part: value}
    result: dict[str, Any] = value
    return result


def _mark_path(path: KeyPath, below: Any, place: str, places: dict[KeyPath, str]) -> None:
    """Records the place of the key, and of every key above it that has none or was not a mapping before."""
    for length, part in enumerate(path, start=1):
        below = below.get(part) if isinstance(below, dict) else None
        if length == len(path) or not isinstance(below, dict) or path[:length] not in places:
            places[path[:length]] = place


def _mark_inside(value: Any, path: KeyPath, place: str, places: dict[KeyPath, str]) -> None:
    inside: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value)
    for key, inner in inside:
        places[(*path, key)] = place
        _mark_inside(inner, (*path, key), place, places)

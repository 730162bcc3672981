"""Pydantic's errors as problems: file, line, key, expected value, received value, nearest name."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from reglab.config.conflict import CONFLICT
from reglab.config.yaml.expectation import SchemaNode, describe, root_node, value_at
from reglab.config.yaml.tree import KeyPath, Tree, format_key
from reglab.errors import Problem
from reglab.suggestions import nearest


def explain(
    error: ValidationError, tree: Tree, kind: type[BaseModel], resolved: Sequence[str]
) -> list[Problem]:
    """One problem for each key that pydantic reports, in the order of the file.

    Args:
        error: pydantic's error.
        tree: the values that were validated, and their places.
        kind: the model that validated them.
        resolved: keys that a file may have beside those of the model.
    """
    root = root_node(kind)
    problems: dict[KeyPath, Problem] = {}
    for fault in error.errors():
        if fault["type"] == CONFLICT:
            problems[fault["loc"]] = Problem(
                place_of(tree, fault["loc"]), format_key(fault["loc"]), fault["msg"]
            )
            continue
        path = _path_in(tree.value, fault["loc"], fault["type"])
        if fault["type"] in ("union_tag_invalid", "union_tag_not_found"):
            path = (*path, "name")
        if path not in problems:
            message = _message(fault["type"], path, tree, root, resolved)
            problems[path] = Problem(place_of(tree, path), format_key(path), message)
    # Pydantic also reports a list with wrong items as too short.
    deepest = [
        path for path in problems if not any(other[: len(path)] == path != other for other in problems)
    ]
    return sort_problems(problems[path] for path in deepest)


def sort_problems(problems: Iterable[Problem]) -> list[Problem]:
    """Sorts by file, and by line within a file; problems of one line keep their order."""
    return sorted(problems, key=_by_line)


def place_of(tree: Tree, path: KeyPath) -> str:
    """File and line of a key, or of what stands for a key that is missing.

    That is the `name` beside it, which determines the keys of a mapping, or the nearest key above it.
    """
    for length in range(len(path), 0, -1):
        for stand_in in (path[:length], (*path[: length - 1], "name")):
            # The name of the experiment determines nothing.
            if stand_in in tree.places and stand_in != ("name",):
                return tree.places[stand_in]
    return tree.places.get(path[:1], tree.places.get((), ""))


def _message(fault: str, path: KeyPath, tree: Tree, root: SchemaNode, resolved: Sequence[str]) -> str:
    value = tree.value
    if fault == "extra_forbidden":
        known = root.keys_at(path[:-1], value)
        if len(path) == 1 and tree.places:
            # Only a file may have them, because they are resolved before validation.
            known = (*resolved, *known)
        what = "regularizer" if path[0] == "regularizers" and len(path) == 2 else "key"
        return f"unknown {what}; expected one of {', '.join(known)}{nearest(str(path[-1]), known)}"
    node = root.descend(path, value)
    if fault in ("missing", "union_tag_not_found"):
        return f"expected {describe(node)}, got nothing"
    received = value_at(value, path)
    hint = nearest(received, node.choices) if isinstance(received, str) else ""
    return f"expected {describe(node)}, got {show(received)}{hint}"


def show(value: Any) -> str:
    """A received value for a message: `5`, `null`, `the string 'a'`, `a mapping`."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"the string {value!r}" if len(value) <= 60 else f"a string of {len(value)} characters"
        case int() if abs(value) >= 10**20:
            return f"an integer of {len(str(abs(value)))} digits"
        case dict():
            return "a mapping"
        case []:
            return "an empty list"
        case list():
            text = str(value)
            return f"the list {text}" if len(text) <= 60 else f"a list of {len(value)} items"
        case _:
            return str(value)


def _path_in(value: Any, loc: Iterable[str | int], fault: str) -> KeyPath:
    """Pydantic's location without the names of union members, which are not keys of the file."""
    path: list[str | int] = []
    for part in loc:
        inside_list = isinstance(value, list) and isinstance(part, int) and part < len(value)
        if inside_list or (isinstance(value, Mapping) and part in value):
            value = value[part]
            path.append(part)
        elif fault == "missing" and isinstance(value, Mapping):
            path.append(part)
    return tuple(path)


def _by_line(problem: Problem) -> tuple[str, int]:
    file, _, line = problem.place.rpartition(":")
    return (file, int(line)) if line.isdigit() else (problem.place, 0)

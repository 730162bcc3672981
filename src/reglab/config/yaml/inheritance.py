"""`extends`: an experiment says only what differs from another one."""

import os.path
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reglab.config.yaml.messages import show
from reglab.config.yaml.tree import Tree, read_tree
from reglab.errors import ExperimentError, Problem
from reglab.suggestions import nearest

# A child that says nothing of these is not called by its parent's.
_OWN = ("extends", "name", "title", "description")


def inherit(path: Path, implied: Mapping[str, Any] | None = None) -> Tree:
    """Reads a file and everything that it extends, and merges them.

    Mappings are merged key by key, anything else is replaced. Two mappings that name different kinds
    (`optimizer: {name: sgd}` over `{name: adamw, weight_decay: …}`) are not merged: the new one stands.

    Args:
        path: the experiment's file.
        implied: values below everything that is extended; they have no place of their own.

    Returns:
        The merged values without `extends`, and the place of each.

    Raises:
        ExperimentError: if a file cannot be read, or the chain leads nowhere or back to itself.
    """
    chain = _read_chain(path)
    merged = chain.pop()
    value, places = merge(dict(implied or {}), merged.value), dict(merged.places)
    problems = [*merged.problems, *_empty_entries(merged, {})]
    for tree in reversed(chain):
        problems += [*tree.problems, *_empty_entries(tree, value)]
        for key in _OWN:
            value.pop(key, None)
        value = merge(value, tree.value)
        places |= tree.places
    value.pop("extends", None)
    return Tree(value, places, tuple(problems))


def merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """What comes of `above` written over `below`."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict) and not _differ_in_kind(old, value):
            merged[key] = merge(old, value)
        else:
            merged[key] = value
    return merged


def _empty_entries(tree: Tree, inherited: dict[str, Any]) -> list[Problem]:
    """Nulls among the regularizers where nothing is inherited that they could take away."""
    entries = tree.value.get("regularizers")
    below = inherited.get("regularizers")
    if not isinstance(entries, dict):
        return []
    known = below if isinstance(below, dict) else {}
    message = (
        "expected parameters, or {} for the defaults, got nothing; nothing is inherited here to take away"
    )
    return [
        Problem(tree.places[("regularizers", name)], f"regularizers.{name}", message)
        for name, value in entries.items()
        if value is None and name not in known
    ]


def _read_chain(path: Path) -> list[Tree]:
    """The file, what it extends, what that extends, and so on."""
    chain: list[Tree] = []
    seen: list[Path] = []
    current, place = path, ""
    while True:
        tree = read_tree(current)
        resolved = current.resolve()
        if resolved in seen:
            ring = " → ".join(str(file.name) for file in [*seen[seen.index(resolved) :], resolved])
            raise _failure(place, f"expected a file that does not lead back here, got {ring}")
        seen.append(resolved)
        chain.append(tree)
        if "extends" not in tree.value:
            return chain
        target, place = tree.value["extends"], tree.places[("extends",)]
        if not isinstance(target, str):
            raise _failure(place, f"expected the path of another experiment, got {show(target)}")
        parent = current.parent / target
        # Of a name that is too long, or in a folder that may not be read, `Path.is_file` raises.
        if not os.path.isfile(parent):
            message = f"expected an experiment's file, got {target!r}, which is not there{_hint(parent)}"
            raise _failure(place, message)
        current = parent


def _hint(missing: Path) -> str:
    try:
        files = [file.name for file in missing.parent.glob("*.yaml")]
    except (OSError, ValueError):
        files = []
    return nearest(missing.name, files)


def _differ_in_kind(old: dict[str, Any], new: dict[str, Any]) -> bool:
    return "name" in old and "name" in new and old["name"] != new["name"]


def _failure(place: str, message: str) -> ExperimentError:
    return ExperimentError([Problem(place, "extends", message)])

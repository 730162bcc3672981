"""`extends`: an experiment that contains only its differences from another one."""

import os.path
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any

from reglab.config.training import Training
from reglab.config.yaml.messages import show
from reglab.config.yaml.tree import Tree, read_tree
from reglab.errors import ExperimentError, Problem
from reglab.suggestions import nearest_config

# Not inherited from a parent.
_OWN = ("extends", "name", "title", "description")

_KINDS = {name for name, field in Training.model_fields.items() if field.discriminator}
DEFAULTS: dict[str, Any] = {"training": Training().model_dump(mode="json", include=_KINDS)}
"""The default optimizer and schedule, by section and key.

Every experiment is merged over them, so `optimizer: {learning_rate: 0.01}` changes the default optimizer
and needs no name.
"""


def inherit(path: Path, content: bytes | None = None) -> Tree:
    """Reads a file and everything that it extends, and merges them.

    Args:
        path: the experiment's file.
        content: content of the file, if it was read already; `extends` starts from the folder of `path`.

    Returns:
        The merged values without `extends`, and the place of each.

    Raises:
        ExperimentError: if a file cannot be read, or `extends` is not the path of a file or is circular.
    """
    return extend(read_tree(path, content), path)


def extend(tree: Tree, path: Path, base: Tree | None = None) -> Tree:
    """Merges an experiment over everything that it extends.

    Args:
        tree: its own values.
        path: the file that they are in; `extends` starts from its folder.
        base: what it extends if it has no `extends`; the defaults if omitted.

    Raises:
        ExperimentError: as for `inherit`.
    """
    start = Tree(DEFAULTS, {}) if base is None or "extends" in tree.value else base
    value, places, problems = start.value, dict(start.places), list(start.problems)
    for each in reversed(_follow(tree, path)):
        problems += [*each.problems, *_empty_entries(each, value)]
        inherited = {key: inner for key, inner in value.items() if key not in _OWN}
        value = merge(inherited, each.value)
        places |= each.places
    value.pop("extends", None)
    return Tree(value, places, tuple(problems))


def merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Writes `above` over `below`.

    Mappings are merged key by key, everything else is replaced. Mappings of different kinds, such as
    `{name: sgd}` over `{name: adamw, weight_decay: 0.1}`, are not merged: the new one replaces the old one.
    """
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict) and not _differ_in_kind(old, value):
            merged[key] = merge(old, value)
        else:
            merged[key] = value
    return merged


def _differ_in_kind(old: dict[str, Any], new: dict[str, Any]) -> bool:
    return "name" in old and "name" in new and old["name"] != new["name"]


def _empty_entries(tree: Tree, inherited: dict[str, Any]) -> list[Problem]:
    """Problems of entries without effect: a null that is not inherited, an empty mapping over others."""
    entries = tree.value.get("regularizers")
    below = inherited.get("regularizers")
    known = below if isinstance(below, dict) else {}
    if entries == {} and any(value is not None for value in known.values()):
        return [Problem(tree.places[("regularizers",)], "regularizers", explain_empty(known))]
    return [
        Problem(
            tree.places[("regularizers", name)],
            f"regularizers.{name}",
            f"no inherited {name} to remove; write {name}: {{}} to use its defaults, or remove the line",
        )
        for name, value in (entries.items() if isinstance(entries, dict) else ())
        if value is None and name not in known
    ]


def explain_empty(below: dict[str, Any]) -> str:
    """The message for an empty mapping over regularizers, which changes nothing."""
    active = [name for name, value in below.items() if value is not None]
    nulls = ", ".join(f"{name}: null" for name in active)
    return f"an empty mapping removes nothing; to remove what is there, write {nulls}"


def _follow(tree: Tree, path: Path) -> list[Tree]:
    """The experiment, its parent, the parent's parent, and so on."""
    chain, current = [tree], path
    seen = [path.resolve()]
    while "extends" in chain[-1].value:
        target, place = chain[-1].value["extends"], chain[-1].places[("extends",)]
        if not isinstance(target, str):
            raise _failure(place, "extends", f"expected the path of another experiment, got {show(target)}")
        parent = current.parent / os.path.expanduser(target)
        check_file(parent, target, place, "extends", current.parent)
        resolved = parent.resolve()
        if resolved in seen:
            ring = " → ".join(file.name for file in [*seen[seen.index(resolved) :], resolved])
            raise _failure(place, "extends", f"circular inheritance: {ring}")
        chain.append(read_tree(parent))
        seen.append(resolved)
        current = parent
    return chain


def check_file(path: Path, target: str, place: str, key: str, base: Path) -> None:
    """Raises an ExperimentError if a file that another one names cannot be read.

    Args:
        path: of the file.
        target: the path as it is written.
        place: file and line where it is written.
        key: of the path there.
        base: folder from which `target` starts.
    """
    name = show(target).removeprefix("the string ")
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise _failure(place, key, f"the file {name} does not exist{nearest_config(path, base)}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise _failure(place, key, f"cannot read the file {name}: {reason}") from error
    if not S_ISREG(mode):
        kind = "a directory" if S_ISDIR(mode) else "a device or pipe"
        raise _failure(place, key, f"expected the file of another experiment, got {kind}: {name}")


def _failure(place: str, key: str, message: str) -> ExperimentError:
    return ExperimentError([Problem(place, key, message)])

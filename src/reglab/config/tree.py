"""A YAML file as plain values, each with the file and line where it stands.

PyYAML follows YAML 1.1, which reads `1e-4` as text, `no` as false, `010` as 8 and `1:30` as 90. Here the
core schema of YAML 1.2 decides: numbers are numbers, only `true` and `false` are booleans. Duplicate keys
are errors, and so are tags and aliases that contain themselves.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from reglab.errors import ExperimentError, Problem

KeyPath = tuple[str | int, ...]

_LARGEST_FILE = 1_000_000
_INTEGER = re.compile(r"[-+]?[0-9]+")
_PREFIXED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = {".inf": float("inf"), "+.inf": float("inf"), "-.inf": float("-inf"), ".nan": float("nan")}
_PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "map", "seq")}


@dataclass(frozen=True)
class Tree:
    """Plain values, and where each of them stands.

    Attributes:
        value: nested dictionaries, lists and scalars.
        places: file and line of every key and list item, by its path from the root.
        problems: what was wrong in the file, and yet did not keep it from being read.
    """

    value: dict[str, Any]
    places: dict[KeyPath, str]
    problems: tuple[Problem, ...] = ()


class _PlainLoader(yaml.SafeLoader):
    """Leaves every scalar as text, so that the core schema can be applied to it."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  the name and the type are PyYAML's


def read_tree(path: Path) -> Tree:
    """Reads one file.

    Args:
        path: a YAML file whose root is a mapping.

    Returns:
        Its values and their places.

    Raises:
        ExperimentError: if there is no such file, or it is not YAML, or its root is no mapping.
    """
    text = _read_text(path)
    try:
        root = yaml.compose(text, Loader=_PlainLoader)
    except yaml.YAMLError as error:
        raise _failure(_place_of(path, error), f"expected YAML, got {_describe(error)}") from None
    if root is None:
        raise _failure(str(path), "expected an experiment, got an empty file")
    if not isinstance(root, yaml.MappingNode):
        raise _failure(f"{path}:1", "expected keys such as title, data and model, got something else")
    reader = _Reader(path)
    value = reader.read(root, (), frozenset())
    return Tree(value, reader.places, tuple(reader.problems))


def parse_scalar(text: str) -> Any:
    """The value of a plain scalar in YAML 1.2's core schema."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if _INTEGER.fullmatch(text):
        return int(text)
    if _PREFIXED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    return _SPECIAL.get(text.lower(), text)


def parse_value(text: str, place: str) -> Any:
    """The value of a piece of YAML, as on the right of `--set key=value`.

    Raises:
        ExperimentError: if it is not YAML.
    """
    try:
        node = yaml.compose(text, Loader=_PlainLoader)
    except yaml.YAMLError:
        raise _failure(place, f"expected a YAML value after the =, got {text!r}") from None
    if node is None:
        return None
    reader = _Reader(Path(place))
    value = reader.read(node, (), frozenset())
    if reader.problems:
        raise ExperimentError([Problem(place, "", problem.message) for problem in reader.problems])
    return value


class _Reader:
    """Walks the nodes of one file, and notes where each value stands."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.places: dict[KeyPath, str] = {}
        self.problems: list[Problem] = []

    def read(self, node: yaml.Node, path: KeyPath, above: frozenset[int]) -> Any:
        place = f"{self._path}:{node.start_mark.line + 1}"
        self.places.setdefault(path, place)
        if id(node) in above:
            self._report(place, path, "expected values, got an alias that contains itself")
            return None
        if node.tag not in _PLAIN_TAGS:
            self._report(place, path, f"expected a plain value, got the tag {node.tag!r}")
            return None
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, path, above | {id(node)}))
        if isinstance(node, yaml.SequenceNode):
            return [
                self.read(item, (*path, index), above | {id(node)}) for index, item in enumerate(node.value)
            ]
        plain = isinstance(node, yaml.ScalarNode) and node.style is None
        return parse_scalar(node.value) if plain else node.value

    def _pairs(
        self, node: yaml.MappingNode, path: KeyPath, above: frozenset[int]
    ) -> Iterator[tuple[str, Any]]:
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            place = f"{self._path}:{line}"
            if not isinstance(key_node, yaml.ScalarNode):
                self._report(place, path, "expected a name before the colon, got a list or a mapping")
                continue
            key = key_node.value
            if key in first:
                self._report(place, (*path, key), f"expected each key once, got it in line {first[key]} too")
                continue
            first[key] = line
            self.places[(*path, key)] = place
            yield key, self.read(value_node, (*path, key), above)

    def _report(self, place: str, path: KeyPath, message: str) -> None:
        self.problems.append(Problem(place, format_key(path), message))


def format_key(path: KeyPath) -> str:
    """`("model", "groups", 0)` as `model.groups[0]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def _read_text(path: Path) -> str:
    try:
        if path.is_dir():
            raise _failure(str(path), "expected a YAML file, got a directory")
        if path.stat().st_size > _LARGEST_FILE:
            raise _failure(str(path), "expected a YAML file of an experiment, got one of over a megabyte")
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise _failure(str(path), "expected a YAML file, got one that is not text in UTF-8") from None
    except OSError as error:
        raise _failure(str(path), f"expected a YAML file, got: {error.strerror}") from None


def _place_of(path: Path, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"{path}:{mark.line + 1}" if mark else str(path)


def _describe(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or getattr(error, "reason", None) or "something else")


def _failure(place: str, message: str) -> ExperimentError:
    return ExperimentError([Problem(place, "", message)])

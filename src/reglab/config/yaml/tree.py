"""A YAML file as plain values, each with the file and line where it stands.

PyYAML follows YAML 1.1, which reads `1e-4` as text, `no` as false, `010` as 8 and `1:30` as 90. Here the
core schema of YAML 1.2 decides: numbers are numbers, only `true` and `false` are booleans. Duplicate keys
are errors, and so are tags and aliases that contain themselves. What could not be meant (a device, a
megabyte of text, a thousand brackets) ends as an error, too, and not as a program that hangs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any

import yaml

from reglab.errors import ExperimentError, Problem

KeyPath = tuple[str | int, ...]

_LARGEST_FILE = 1_000_000
# Aliases of aliases unfold to any number of values, from a few lines.
_MOST_VALUES = 10_000
_DEEPEST = 50
# Python neither reads nor prints integers of many thousand digits; those are left to the floats.
_INTEGER = re.compile(r"[-+]?[0-9]{1,1000}")
_PREFIXED = re.compile(r"0o[0-7]{1,1000}|0x[0-9a-fA-F]{1,1000}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = {".inf": float("inf"), "+.inf": float("inf"), "-.inf": float("-inf"), ".nan": float("nan")}
_UNTAGGED = "untagged"


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
    """Leaves every scalar as text, so that the core schema can be applied to it.

    All that the file does not tag itself gets one tag, so that even a `!!str` of its own is seen.
    """

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: tuple[bool, bool]) -> str:
        return _UNTAGGED


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
    except yaml.reader.ReaderError:
        raise _failure(str(path), "expected a YAML file, got one with characters that are no text") from None
    except yaml.MarkedYAMLError as error:
        raise _failure(
            _place_of(path, error), f"expected YAML, got a syntax error: {_describe(error)}"
        ) from None
    except RecursionError:
        raise _failure(str(path), "expected an experiment, got values that are nested too deeply") from None
    if root is None:
        raise _failure(str(path), "expected an experiment, got an empty file")
    if not isinstance(root, yaml.MappingNode):
        raise _failure(
            f"{path}:{root.start_mark.line + 1}",
            "expected keys such as title, data and model, got something else",
        )
    reader = _Reader(str(path))
    value = reader.read(root, (), frozenset())
    if not isinstance(value, dict):
        raise ExperimentError(reader.problems)
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
    except (yaml.YAMLError, RecursionError):
        raise _failure(place, f"expected a YAML value after the =, got {text!r}") from None
    if node is None:
        return None
    reader = _Reader(place)
    value = reader.read(node, (), frozenset())
    if reader.problems:
        raise ExperimentError([Problem(place, "", problem.message) for problem in reader.problems])
    return value


class _Unreadable(Enum):
    """Stands for a value that a problem was reported for; what holds it goes on without it."""

    VALUE = auto()


class _Reader:
    """Walks the nodes of one file, and notes where each value stands."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._count = 0
        self.places: dict[KeyPath, str] = {}
        self.problems: list[Problem] = []

    def read(self, node: yaml.Node, path: KeyPath, above: frozenset[int]) -> Any:
        place = self._place_of(node)
        self.places.setdefault(path, place)
        self._count += 1
        if self._count > _MOST_VALUES:
            raise _failure(self._source, f"expected an experiment, got over {_MOST_VALUES:,} values")
        fault = _find_fault(node, path, above)
        if fault:
            self._report(place, path, fault)
            return _Unreadable.VALUE
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, path, above | {id(node)}))
        if isinstance(node, yaml.SequenceNode):
            items = [self.read(item, (*path, i), above | {id(node)}) for i, item in enumerate(node.value)]
            # Without one of its items, the indices of the others would be wrong.
            return _Unreadable.VALUE if _Unreadable.VALUE in items else items
        plain = isinstance(node, yaml.ScalarNode) and node.style is None
        return parse_scalar(node.value) if plain else node.value

    def _pairs(
        self, node: yaml.MappingNode, path: KeyPath, above: frozenset[int]
    ) -> Iterator[tuple[str, Any]]:
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            place = self._place_of(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self._report(place, path, "expected a name before the colon, got a list or a mapping")
                continue
            fault = _find_fault(key_node, path, above)
            if fault:
                self._report(place, path, fault)
                continue
            key = key_node.value
            if key in first:
                self._report(place, (*path, key), f"expected each key once, got it in line {first[key]} too")
                continue
            first[key] = key_node.start_mark.line + 1
            self.places[(*path, key)] = place
            value = self.read(value_node, (*path, key), above)
            if value is not _Unreadable.VALUE:
                yield key, value

    def _place_of(self, node: yaml.Node) -> str:
        return f"{self._source}:{node.start_mark.line + 1}"

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
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
        if len(content) > _LARGEST_FILE:
            raise _failure(str(path), "expected a YAML file of an experiment, got one of over a megabyte")
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise _failure(str(path), "expected a YAML file, got one that is not text in UTF-8") from None
    except OSError as error:
        raise _failure(str(path), f"expected a YAML file, got: {error.strerror}") from None


def _place_of(path: Path, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark
    return f"{path}:{mark.line + 1}" if mark else str(path)


def _describe(error: yaml.MarkedYAMLError) -> str:
    return (error.problem or "it cannot be read").removeprefix("but ")


def _find_fault(node: yaml.Node, path: KeyPath, above: frozenset[int]) -> str:
    """What is wrong with a node itself, whatever the key it stands at; empty for nothing."""
    if id(node) in above:
        return "expected values, got an alias that contains itself"
    if node.tag != _UNTAGGED:
        tag = str(node.tag).replace("tag:yaml.org,2002:", "!!")
        return f"expected a plain value, got the tag {tag}; numbers stand as they are, texts in quotes"
    if len(path) > _DEEPEST:
        return f"expected values, got brackets or keys nested over {_DEEPEST} deep"
    # Only an escape such as "\ud800" writes half a character; nothing could store it.
    if isinstance(node, yaml.ScalarNode) and any("\ud800" <= letter <= "\udfff" for letter in node.value):
        return "expected a text, got half of a surrogate pair"
    return ""


def _failure(place: str, message: str) -> ExperimentError:
    return ExperimentError([Problem(place, "", message)])

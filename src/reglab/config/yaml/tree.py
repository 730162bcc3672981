"""A YAML file as plain values, each with its file and line.

PyYAML implements YAML 1.1, which reads `1e-4` as text, `no` as false, `010` as 8 and `1:30` as 90. This
reader uses the core schema of YAML 1.2: `1e-4` is a number, and only `true` and `false` are booleans.
Duplicate keys, tags, deep nesting, more than 10,000 values, and aliases that contain themselves are errors.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from reglab.errors import ExperimentError, Problem
from reglab.suggestions import nearest_config

KeyPath = tuple[str | int, ...]

_LARGEST_FILE = 1_000_000
# A few lines with aliases of aliases can expand to any number of values.
_MOST_VALUES = 10_000
_DEEPEST = 50
_TOO_MANY = f"expected an experiment, got more than {_MOST_VALUES:,} values"
_TOO_DEEP = f"values are nested more than {_DEEPEST} levels deep, or an alias contains itself"
# Python limits the digits of integers that it reads and prints; longer ones become floats.
_INTEGER = re.compile(r"[-+]?[0-9]{1,1000}")
_PREFIXED = re.compile(r"0o[0-7]{1,1000}|0x[0-9a-fA-F]{1,1000}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = {".inf": float("inf"), "+.inf": float("inf"), "-.inf": float("-inf"), ".nan": float("nan")}
_UNTAGGED = "untagged"


@dataclass(frozen=True)
class Tree:
    """Plain values and their places.

    Attributes:
        value: nested dictionaries, lists and scalars.
        places: file and line of every key and list item, by path; empty for values that are not from a file.
        problems: problems of the file that did not prevent reading it.
        dropped: settings of a file that an override has dropped, such as those of another optimizer.
    """

    value: dict[str, Any]
    places: dict[KeyPath, str]
    problems: tuple[Problem, ...] = ()
    dropped: tuple[KeyPath, ...] = ()


class _PlainLoader(yaml.SafeLoader):
    """Keeps every scalar as text, for `parse_scalar`, and raises an error at too many or too deep values.

    Nodes without a tag in the file get the tag `untagged`, so that every tag in the file is found.
    """

    def __init__(self, text: str, source: str) -> None:
        super().__init__(text)
        self._source = source
        self._count = 0
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self._count += 1
        self._depth += 1
        # PyYAML needs seconds for deep nesting and for many values, so reading stops here.
        if self._count > _MOST_VALUES:
            raise _failure(self._source, _TOO_MANY)
        if self._depth > _DEEPEST + 1:
            raise _failure(self._source, _TOO_DEEP)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: tuple[bool, bool]) -> str:
        return _UNTAGGED


def read_tree(path: Path, content: bytes | None = None, what: str = "an experiment") -> Tree:
    """Reads one file.

    Args:
        path: a YAML file whose root is a mapping.
        content: content of the file, if it was read already, such as standard input; messages name `path`.
        what: what the file should have, for messages.

    Returns:
        Its values and their places.

    Raises:
        ExperimentError: if the file does not exist or is not YAML, or its root is not a mapping.
    """
    text = _decode(_read(path) if content is None else content, path)
    try:
        root = _PlainLoader(text, str(path)).get_single_node()
    except yaml.reader.ReaderError:
        raise _failure(str(path), "expected a text file, got one with control characters") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = (error.problem or "it cannot be read").removeprefix("but ")
        raise _failure(place, f"YAML syntax error: {problem}") from None
    if root is None:
        raise _failure(str(path), f"expected {what}, got an empty file")
    if not isinstance(root, yaml.MappingNode):
        message = "expected a mapping with keys such as title, data and model"
        raise _failure(f"{path}:{root.start_mark.line + 1}", message)
    reader = _Reader(lambda node: f"{path}:{node.start_mark.line + 1}")
    return Tree(reader.read(root, ()), reader.places, tuple(reader.problems))


def parse_scalar(text: str) -> Any:
    """The value of a plain scalar in the core schema of YAML 1.2."""
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
    """The value of YAML text, such as the right side of `--set key=value`.

    Raises:
        ExperimentError: if it is not YAML.
    """
    try:
        node = _PlainLoader(text, place).get_single_node()
    except yaml.YAMLError:
        raise _failure(place, f"expected a YAML value after the =, got {text!r}") from None
    reader = _Reader(lambda node: place)
    value = None if node is None else reader.read(node, ())
    if reader.problems:
        raise ExperimentError([Problem(place, "", problem.message) for problem in reader.problems])
    return value


def format_key(path: KeyPath) -> str:
    """`("model", "groups", 0)` as `model.groups[0]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


class _Reader:
    """Converts nodes to plain values and records their places."""

    def __init__(self, place_of: Callable[[yaml.Node], str]) -> None:
        self._place_of = place_of
        self._count = 0
        self.places: dict[KeyPath, str] = {}
        self.problems: list[Problem] = []

    def read(self, node: yaml.Node, path: KeyPath) -> Any:
        self.places.setdefault(path, self._place_of(node))
        self._check(node, path)
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
        plain = isinstance(node, yaml.ScalarNode) and node.style is None
        return parse_scalar(node.value) if plain else node.value

    def _pairs(self, node: yaml.MappingNode, path: KeyPath) -> Iterator[tuple[str, Any]]:
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                message = "expected a name before the colon, got a list or a mapping"
                raise _failure(self._place_of(key_node), message, path)
            self._check(key_node, path)
            key = key_node.value
            place = self._place_of(key_node)
            if key in lines:
                message = f"duplicate key; it is also in line {lines[key]}"
                self.problems.append(Problem(place, format_key((*path, key)), message))
                continue
            lines[key] = key_node.start_mark.line + 1
            self.places[(*path, key)] = place
            yield key, self.read(value_node, (*path, key))

    def _check(self, node: yaml.Node, path: KeyPath) -> None:
        """Raises an ExperimentError for tags, surrogates, and too many or too deep values."""
        self._count += 1
        if self._count > _MOST_VALUES:
            message = _TOO_MANY
        elif len(path) > _DEEPEST:
            path, message = path[:1], _TOO_DEEP
        elif node.tag != _UNTAGGED:
            tag = str(node.tag).replace("tag:yaml.org,2002:", "!!")
            message = f"tags such as {tag} are not supported; remove the tag, and put a string in quotes"
        # An escape such as "\ud800" gives half of a character, which cannot be encoded.
        elif isinstance(node, yaml.ScalarNode) and any("\ud800" <= c <= "\udfff" for c in node.value):
            message = "expected a string, got half of a surrogate pair"
        else:
            return
        raise _failure(self._place_of(node), message, path)


def _read(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise _failure(str(path), "expected a YAML file, got a directory")
        # Reading a named pipe may wait without end; a shell's `<(…)` has no name, and a writer.
        if path.is_fifo() and os.path.lexists(os.path.realpath(path)):
            raise _failure(str(path), "expected a YAML file, got a named pipe")
        with path.open("rb") as file:
            return file.read(_LARGEST_FILE + 1)
    except FileNotFoundError:
        if path.is_symlink():
            link = f"it is a link to {os.readlink(path)}, which does not exist"
            raise _failure(str(path), f"cannot read the file: {link}") from None
        raise _failure(str(path), f"the file does not exist{nearest_config(path)}") from None
    except OSError as error:
        raise _failure(str(path), f"cannot read the file: {error.strerror}") from None


def _decode(content: bytes, path: Path) -> str:
    if len(content) > _LARGEST_FILE:
        raise _failure(str(path), "expected an experiment, got a file of more than 1 MB")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise _failure(str(path), "expected a text file in UTF-8, got other bytes") from None


def _failure(place: str, message: str, path: KeyPath = ()) -> ExperimentError:
    return ExperimentError([Problem(place, format_key(path), message)])

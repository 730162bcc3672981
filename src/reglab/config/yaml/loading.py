"""From a YAML file or a mapping to a validated model; all problems are reported at once."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from reglab.config.base import LONGEST_NAME
from reglab.config.yaml.inheritance import DEFAULTS, inherit, merge
from reglab.config.yaml.messages import explain, sort_problems
from reglab.config.yaml.overrides import apply_overrides
from reglab.config.yaml.tree import Tree
from reglab.errors import ExperimentError, Problem

ModelT = TypeVar("ModelT", bound=BaseModel)


def load_tree(path: Path, overrides: Sequence[str] = (), content: bytes | None = None) -> Tree:
    """Reads a file and what it extends, then applies the overrides.

    Args:
        path: the experiment's YAML file.
        overrides: `key=value`, as after `--set`.
        content: content of the file, if it was read already.

    Returns:
        The merged values. If neither the file nor an override sets `name`, it is from the stem of the file.

    Raises:
        ExperimentError: if a file cannot be read, or an override is not `key=value`.
    """
    tree = apply_overrides(inherit(path, content), overrides)
    tree.value.setdefault("name", name_from(path))
    return tree


def convert_mapping(values: Mapping[str, Any]) -> Tree:
    """Merges values from Python over the default optimizer and schedule.

    Args:
        values: nested mappings, lists and scalars; `name` is `experiment` if omitted.

    Returns:
        The merged values, without places.

    Raises:
        ExperimentError: if there are other values than mappings, lists, strings, numbers, booleans and None.
    """
    try:
        # `encode` refuses half of a surrogate pair, which could not be written to a file later.
        plain = json.loads(json.dumps(dict(values), ensure_ascii=False, default=_convert_number).encode())
    except (TypeError, ValueError, RecursionError) as error:
        message = f"expected mappings, lists, strings, numbers, booleans and None only: {error}"
        raise ExperimentError([Problem("", "", message)]) from None
    return Tree({"name": "experiment", **merge(DEFAULTS, plain)}, {})


def validate_tree(tree: Tree, kind: type[ModelT], resolved: Sequence[str] = ("extends",)) -> ModelT:
    """Builds a model from plain values.

    Args:
        tree: the values.
        kind: the model.
        resolved: keys of the file, beside those of the model, that are resolved before the validation.

    Raises:
        ExperimentError: with every problem of the values and those found while reading.
    """
    problems = list(tree.problems)
    try:
        model = kind.model_validate(tree.value)
    except ValidationError as error:
        raise ExperimentError(sort_problems([*problems, *explain(error, tree, kind, resolved)])) from None
    if problems:
        raise ExperimentError(sort_problems(problems))
    return model


def _convert_number(value: Any) -> int | float:
    """Converts a number of another library, such as NumPy's int64."""
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    raise TypeError(f"got {type(value).__name__}")


def name_from(path: Path) -> str:
    """A name for what is in a file: its stem without what a `Name` may not contain."""
    stem = unicodedata.normalize("NFC", path.stem)
    allowed = (letter if letter in "_.+-" or _is_word(letter) else " " for letter in stem)
    name = re.sub(" +", "-", "".join(allowed))
    while name and unicodedata.category(name[0])[0] not in "LN":
        name = name[1:]
    return name[:80].encode()[:LONGEST_NAME].decode(errors="ignore") or "experiment"


def _is_word(letter: str) -> bool:
    """Whether it is a letter, a mark on a letter, or a digit, of any script."""
    return unicodedata.category(letter)[0] in "LMN"

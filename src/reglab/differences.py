"""The keys whose values differ between two experiments."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reglab.experiment import Experiment

NOT_SET = "not set"
"""Value of a key that only the other experiment has, such as that of an inactive regularizer."""


@dataclass(frozen=True)
class KeyDifference:
    """A key and its values in two experiments, as text.

    Attributes:
        key: dotted, such as `regularizers.dropout.rate`.
        first: the value in the first experiment.
        second: the value in the second experiment.
    """

    key: str
    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.key}: {self.first} / {self.second}"


def list_differences(first: Experiment, second: Experiment) -> tuple[KeyDifference, ...]:
    """Compares all keys of two experiments, names and seed included, in the order of the file."""
    one, other = (dict(_flatten(each.model_dump(mode="json", exclude_none=True))) for each in (first, second))
    return tuple(
        KeyDifference(key, one.get(key, NOT_SET), other.get(key, NOT_SET))
        for key in {**one, **other}
        if one.get(key) != other.get(key)
    )


def _flatten(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        key = f"{above}{name}"
        if isinstance(value, dict) and (value or not above):
            yield from _flatten(value, f"{key}.")
        else:
            # An empty mapping below a section is a regularizer without parameters.
            yield key, value if isinstance(value, str) else json.dumps(value)

"""The difference of two experiments, as lines of their files."""

from collections.abc import Sequence

import yaml

from reglab.differences import NOT_SET, KeyDifference, list_differences
from reglab.experiment import Experiment

NAMES = ("title", "name", "description")
"""Keys that change no number."""


def list_changes(before: Experiment, after: Experiment) -> Sequence[KeyDifference]:
    """The keys that differ, without names; a regularizer that only one of both has is one line.

    A file has `dropout: {rate: 0.3}` in one line, so that is one change, not one for each parameter.
    """
    changes: list[KeyDifference] = []
    for each in list_differences(before, after):
        section, _, rest = each.key.partition(".")
        name = rest.partition(".")[0]
        if each.key in NAMES:
            continue
        if section != "regularizers":
            changes.append(each)
            continue
        first, second = (_write(experiment, name) for experiment in (before, after))
        whole = KeyDifference(f"regularizers.{name}", first, second)
        if NOT_SET not in (first, second):
            changes.append(each)
        elif whole not in changes:
            changes.append(whole)
    return changes


def describe_change(difference: KeyDifference) -> str:
    """A changed key in one line."""
    return f"{difference.key}: {difference.first} → {difference.second}"


def _write(experiment: Experiment, name: str) -> str:
    """A regularizer with its parameters, as in a file."""
    regularizer = getattr(experiment.regularizers, name)
    if regularizer is None:
        return NOT_SET
    values = regularizer.model_dump(mode="json", exclude_none=True)
    text: str = yaml.safe_dump(values, default_flow_style=True, sort_keys=False, width=10_000)
    return text.strip()

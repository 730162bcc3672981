"""The difference of two experiments, as lines of their files."""

from collections.abc import Callable
from typing import Any

import pytest

from reglab.experiment import Experiment
from reglab.live.lab.changes import describe_change, list_changes

_NONE: dict[str, Any] = {}


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (_NONE, {"dropout": {"rate": 0.3}}, ["regularizers.dropout: not set → {rate: 0.3"]),
        ({"dropout": {"rate": 0.3}}, _NONE, ["regularizers.dropout: {rate: 0.3"]),
        (
            {"dropout": {"rate": 0.3}},
            {"dropout": {"rate": 0.5}},
            ["regularizers.dropout.rate: 0.3 → 0.5"],
        ),
        (
            {"l2": {}, "max_pooling": {}},
            {"batch_norm": {}, "max_pooling": {}},
            ["regularizers.l2: {", "regularizers.batch_norm: not set → {"],
        ),
        ({"max_pooling": {}}, {"max_pooling": {}}, []),
    ],
)
def test_a_regularizer_is_one_line(
    make_experiment: Callable[..., Experiment],
    before: dict[str, Any],
    after: dict[str, Any],
    lines: list[str],
) -> None:
    """Switched on or off it is one change with its parameters; a changed parameter is one of its own."""
    changes = list_changes(make_experiment(regularizers=before), make_experiment(regularizers=after))
    texts = [describe_change(each) for each in changes]
    assert len(texts) == len(lines)
    for text, begin in zip(sorted(texts), sorted(lines), strict=True):
        assert text.startswith(begin)


def test_names_are_no_change(make_experiment: Callable[..., Experiment]) -> None:
    """They change no number; every other key is listed."""
    before = make_experiment()
    after = before.with_changes({"title": "Other", "training.batch_size": 20, "training.seed": 3})
    keys = {each.key for each in list_changes(before, after)}
    assert keys == {"training.batch_size", "training.seed"}

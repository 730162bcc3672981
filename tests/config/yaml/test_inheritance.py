"""`extends`: chains, what is merged and what is replaced, and where each value came from."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reglab.config.yaml.inheritance import inherit, merge
from reglab.errors import ExperimentError

Write = Callable[..., Path]
NOTHING_TO_TAKE = (
    "expected parameters, or {} for the defaults, got nothing; nothing is inherited here to take away"
)


def test_a_chain_is_merged_key_by_key(write: Write) -> None:
    """Three files in three folders; the nearest word counts, paths are relative to their file."""
    write("data: {clean: 1, validation: test}\ntraining: {epochs: 40, batch_size: 200}", "base/a.yaml")
    write("extends: ../base/a.yaml\ntraining: {epochs: 20}\nregularizers: {l2: {strength: 0.1}}", "b/b.yaml")
    path = write("extends: b/b.yaml\ndata: {clean: 3}\nregularizers: {dropout: {}}")
    assert inherit(path).value == {
        "data": {"clean": 3, "validation": "test"},
        "training": {"epochs": 20, "batch_size": 200},
        "regularizers": {"l2": {"strength": 0.1}, "dropout": {}},
    }


def test_an_absolute_parent_is_found(write: Write, folder: Path) -> None:
    """`extends` with a path from the root."""
    write("model: {kernel_size: 5}", "a.yaml")
    path = write(f"extends: '{folder / 'a.yaml'}'")
    assert inherit(path).value == {"model": {"kernel_size": 5}}


def test_places_point_to_the_file_that_said_it(write: Write) -> None:
    """Merged, inherited and replaced values."""
    write("training:\n  epochs: 40\n  batch_size: 200\nmodel: {dense: [64]}\n", "a.yaml")
    tree = inherit(write("extends: a.yaml\ntraining:\n\n  epochs: 20\nmodel: {dense: [5]}\n"))
    assert tree.places[("training", "epochs")] == "x.yaml:4"
    assert tree.places[("training", "batch_size")] == "a.yaml:3"
    assert tree.places[("training",)] == "x.yaml:2"
    assert tree.places[("model", "dense", 0)] == "x.yaml:5"


@pytest.mark.parametrize("key", ["name", "title", "description"])
def test_what_a_parent_is_called_is_not_inherited(write: Write, key: str) -> None:
    """Neither from the parent nor from its parent; a child's own words stand."""
    write(f"{key}: first", "a.yaml")
    write(f"extends: a.yaml\n{key}: second", "b.yaml")
    assert inherit(write("extends: b.yaml")).value == {}
    assert inherit(write(f"extends: b.yaml\n{key}: own")).value == {key: "own"}


def test_lists_are_replaced(write: Write) -> None:
    """Groups are not appended to groups."""
    write("model: {groups: [[32, 32], [64]], dense: [64]}", "a.yaml")
    path = write("extends: a.yaml\nmodel: {groups: [[8]]}")
    assert inherit(path).value == {"model": {"groups": [[8]], "dense": [64]}}


def test_an_optimizer_of_another_name_replaces_the_inherited_one(write: Write) -> None:
    """AdamW's settings mean nothing to SGD."""
    write("training: {epochs: 5, optimizer: {name: adamw, weight_decay: 0.1}}", "a.yaml")
    path = write("extends: a.yaml\ntraining: {optimizer: {name: sgd, momentum: 0.9}}")
    assert inherit(path).value == {"training": {"epochs": 5, "optimizer": {"name": "sgd", "momentum": 0.9}}}


@pytest.mark.parametrize("name", ["", "name: adamw, "])
def test_an_optimizer_of_the_same_name_or_none_is_merged(write: Write, name: str) -> None:
    """Only what is said changes."""
    write("training: {optimizer: {name: adamw, weight_decay: 0.1}}", "a.yaml")
    path = write(f"extends: a.yaml\ntraining: {{optimizer: {{{name}learning_rate: 0.2}}}}")
    assert inherit(path).value["training"]["optimizer"] == {
        "name": "adamw",
        "weight_decay": 0.1,
        "learning_rate": 0.2,
    }


def test_null_takes_an_inherited_regularizer_away_and_it_can_come_back(write: Write) -> None:
    """Come back as it is said then, with nothing left of the first parameters."""
    write("regularizers: {dropout: {rate: 0.3, groups: 0.1}, l2: {}}", "a.yaml")
    path = write("extends: a.yaml\nregularizers: {dropout: null}", "b.yaml")
    without = inherit(path)
    assert without.value == {"regularizers": {"dropout": None, "l2": {}}}
    assert without.problems == ()
    again = inherit(write("extends: b.yaml\nregularizers: {dropout: {rate: 0.5}}"))
    assert again.value == {"regularizers": {"dropout": {"rate": 0.5}, "l2": {}}}


def test_null_with_nothing_to_take_away_is_a_problem(write: Write) -> None:
    """In a file that extends nothing, in one whose parent lacks it, and in the parent itself."""
    path = write("regularizers:\n  l2:\n", "a.yaml")
    assert [str(problem) for problem in inherit(path).problems] == [
        f"a.yaml:2: regularizers.l2: {NOTHING_TO_TAKE}"
    ]
    path = write("extends: a.yaml\nregularizers:\n  dropout: ~\n  l2: ~\n")
    assert [str(problem) for problem in inherit(path).problems] == [
        f"a.yaml:2: regularizers.l2: {NOTHING_TO_TAKE}",
        f"x.yaml:3: regularizers.dropout: {NOTHING_TO_TAKE}",
    ]


@pytest.mark.parametrize("inherited", ["regularizers: null", "regularizers: [l2]", "title: a"])
def test_a_parent_without_a_mapping_has_nothing_to_take_away(write: Write, inherited: str) -> None:
    """Whatever stands there instead."""
    write(inherited, "a.yaml")
    path = write("extends: a.yaml\nregularizers: {l2: null}")
    assert [str(problem) for problem in inherit(path).problems] == [
        f"x.yaml:2: regularizers.l2: {NOTHING_TO_TAKE}"
    ]


def test_problems_of_a_parent_are_kept_with_its_name(write: Write) -> None:
    """A duplicate in the file that is extended."""
    write("title: a\ntitle: b\n", "a.yaml")
    assert [str(problem) for problem in inherit(write("extends: a.yaml")).problems] == [
        "a.yaml:2: title: expected each key once, got it in line 1 too"
    ]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"x.yaml": "extends: x.yaml"},
            "x.yaml:1: extends: expected a file that does not lead back here, got x.yaml → x.yaml",
        ),
        (
            {
                "x.yaml": "extends: a.yaml",
                "a.yaml": "title: a\nextends: b.yaml",
                "b.yaml": "extends: ./a.yaml",
            },
            "b.yaml:1: extends: expected a file that does not lead back here, got a.yaml → b.yaml → a.yaml",
        ),
    ],
    ids=["itself", "further up"],
)
def test_a_ring_is_shown_whole(write: Write, files: dict[str, str], message: str) -> None:
    """Named in the file that closes it."""
    for name, text in files.items():
        write(text, name)
    with pytest.raises(ExperimentError) as raised:
        inherit(Path("x.yaml"))
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("bsaeline.yaml", "'bsaeline.yaml', which is not there; did you mean baseline.yaml?"),
        ("elsewhere/baseline.yaml", "'elsewhere/baseline.yaml', which is not there"),
        (".", "'.', which is not there"),
        ("''", "'', which is not there"),
        ('"a\\0/b"', "'a\\x00/b', which is not there"),
        ("a" * 300, f"'{'a' * 300}', which is not there"),
    ],
)
def test_a_parent_that_is_not_there_is_named_with_the_nearest(
    write: Write, target: str, message: str
) -> None:
    """The nearest among its neighbours; a folder is no parent, nor a path that no system takes."""
    write("title: a", "baseline.yaml")
    with pytest.raises(ExperimentError) as raised:
        inherit(write(f"title: a\nextends: {target}"))
    assert str(raised.value) == f"x.yaml:2: extends: expected an experiment's file, got {message}"


@pytest.mark.parametrize(
    ("target", "received"),
    [
        ("", "null"),
        ("5", "5"),
        ("[a.yaml]", "the list ['a.yaml']"),
        ("{a: b}", "a mapping"),
        ("true", "true"),
    ],
)
def test_a_parent_that_is_no_path_is_refused(write: Write, target: str, received: str) -> None:
    """Texts only."""
    with pytest.raises(ExperimentError) as raised:
        inherit(write(f"extends: {target}"))
    assert str(raised.value) == f"x.yaml:1: extends: expected the path of another experiment, got {received}"


def test_a_parent_that_cannot_be_read_is_named(write: Write) -> None:
    """The message is about the parent's file, not the child's."""
    write("", "a.yaml")
    with pytest.raises(ExperimentError) as raised:
        inherit(write("extends: a.yaml"))
    assert str(raised.value) == "a.yaml: expected an experiment, got an empty file"


@pytest.mark.parametrize(
    ("below", "above", "merged"),
    [
        ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        ({"a": {"b": 1}}, {"a": 2}, {"a": 2}),
        ({"a": 2}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({}, {}, {}),
    ],
)
def test_merging_leaves_its_arguments_alone(
    below: dict[str, Any], above: dict[str, Any], merged: dict[str, Any]
) -> None:
    """Mappings of mappings; everything else is replaced."""
    before = repr((below, above))
    assert merge(below, above) == merged
    assert repr((below, above)) == before

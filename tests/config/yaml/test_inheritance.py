"""`extends`: chains, what is merged and what is replaced, and the place of each value."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reglab.config.yaml.inheritance import DEFAULTS, inherit, merge
from reglab.errors import ExperimentError

Write = Callable[..., Path]


def values_of(path: Path) -> dict[str, Any]:
    """The merged values, without the default optimizer and schedule."""
    value = inherit(path).value
    assert set(DEFAULTS["training"]) <= set(value["training"])
    training = {key: inner for key, inner in value.pop("training").items() if key not in DEFAULTS["training"]}
    return value | ({"training": training} if training else {})


def nothing_to_remove(name: str) -> str:
    return f"no inherited {name} to remove; write {name}: {{}} to use its defaults, or remove the line"


def test_a_chain_is_merged_key_by_key(write: Write) -> None:
    """Three files in three folders; paths are relative to the file that has them."""
    write("data: {clean: 1, validation: test}\ntraining: {epochs: 40, batch_size: 200}", "base/a.yaml")
    write("extends: ../base/a.yaml\ntraining: {epochs: 20}\nregularizers: {l2: {strength: 0.1}}", "b/b.yaml")
    path = write("extends: b/b.yaml\ndata: {clean: 3}\nregularizers: {dropout: {}}")
    assert values_of(path) == {
        "data": {"clean": 3, "validation": "test"},
        "training": {"epochs": 20, "batch_size": 200},
        "regularizers": {"l2": {"strength": 0.1}, "dropout": {}},
    }


def test_an_absolute_parent_is_found(write: Write, folder: Path) -> None:
    """`extends` may be a path from the root."""
    write("model: {kernel_size: 5}", "a.yaml")
    path = write(f"extends: '{folder / 'a.yaml'}'")
    assert values_of(path) == {"model": {"kernel_size": 5}}


def test_a_place_is_in_the_file_that_sets_the_value(write: Write) -> None:
    """Checked for merged, inherited and replaced values."""
    write("training:\n  epochs: 40\n  batch_size: 200\nmodel: {dense: [64]}\n", "a.yaml")
    tree = inherit(write("extends: a.yaml\ntraining:\n\n  epochs: 20\nmodel: {dense: [5]}\n"))
    assert tree.places[("training", "epochs")] == "x.yaml:4"
    assert tree.places[("training", "batch_size")] == "a.yaml:3"
    assert tree.places[("training",)] == "x.yaml:2"
    assert tree.places[("model", "dense", 0)] == "x.yaml:5"


@pytest.mark.parametrize("key", ["name", "title", "description"])
def test_names_are_not_inherited(write: Write, key: str) -> None:
    """They are inherited neither from the parent nor from its parent."""
    write(f"{key}: first", "a.yaml")
    write(f"extends: a.yaml\n{key}: second", "b.yaml")
    assert values_of(write("extends: b.yaml")) == {}
    assert values_of(write(f"extends: b.yaml\n{key}: own")) == {key: "own"}


def test_lists_are_replaced(write: Write) -> None:
    """The list of the child replaces the list of the parent."""
    write("model: {groups: [[32, 32], [64]], dense: [64]}", "a.yaml")
    path = write("extends: a.yaml\nmodel: {groups: [[8]]}")
    assert values_of(path) == {"model": {"groups": [[8]], "dense": [64]}}


def test_an_optimizer_of_another_name_replaces_the_inherited_one(write: Write) -> None:
    """The parameters of AdamW are not inherited by SGD."""
    write("training: {epochs: 5, optimizer: {name: adamw, weight_decay: 0.1}}", "a.yaml")
    path = write("extends: a.yaml\ntraining: {optimizer: {name: sgd, momentum: 0.9}}")
    assert inherit(path).value["training"]["optimizer"] == {"name": "sgd", "momentum": 0.9}


@pytest.mark.parametrize("name", ["", "name: adamw, "])
def test_an_optimizer_of_the_same_name_or_none_is_merged(write: Write, name: str) -> None:
    """Only the given parameters change."""
    write("training: {optimizer: {name: adamw, weight_decay: 0.1}}", "a.yaml")
    path = write(f"extends: a.yaml\ntraining: {{optimizer: {{{name}learning_rate: 0.2}}}}")
    assert inherit(path).value["training"]["optimizer"] == {
        **DEFAULTS["training"]["optimizer"],
        "weight_decay": 0.1,
        "learning_rate": 0.2,
    }


def test_null_removes_an_inherited_regularizer(write: Write) -> None:
    """A child may add it again; its first parameters are not inherited."""
    write("regularizers: {dropout: {rate: 0.3, groups: 0.1}, l2: {}}", "a.yaml")
    path = write("extends: a.yaml\nregularizers: {dropout: null}", "b.yaml")
    without = inherit(path)
    assert without.value["regularizers"] == {"dropout": None, "l2": {}}
    assert without.problems == ()
    again = inherit(write("extends: b.yaml\nregularizers: {dropout: {rate: 0.5}}"))
    assert again.value["regularizers"] == {"dropout": {"rate": 0.5}, "l2": {}}


def test_an_empty_mapping_over_inherited_regularizers_is_a_problem(write: Write) -> None:
    """It would change nothing; the message has the lines that remove them."""
    write("regularizers: {l2: {}, l1: {}}", "a.yaml")
    write("extends: a.yaml\nregularizers: {l1: null}", "b.yaml")
    (problem,) = inherit(write("extends: b.yaml\nregularizers: {}")).problems
    assert str(problem) == (
        "x.yaml:2: regularizers: an empty mapping removes nothing; to remove what is there, write l2: null"
    )
    write("regularizers: {}", "c.yaml")
    assert inherit(write("extends: c.yaml\nregularizers: {}")).problems == ()


def test_null_without_an_inherited_regularizer_is_a_problem(write: Write) -> None:
    """The file has no parent, or the parent lacks the regularizer or its `regularizers` is not a mapping."""
    path = write("regularizers:\n  l2:\n", "a.yaml")
    assert [str(problem) for problem in inherit(path).problems] == [
        f"a.yaml:2: regularizers.l2: {nothing_to_remove('l2')}"
    ]
    path = write("extends: a.yaml\nregularizers:\n  dropout: ~\n  l2: ~\n")
    assert [str(problem) for problem in inherit(path).problems] == [
        f"a.yaml:2: regularizers.l2: {nothing_to_remove('l2')}",
        f"x.yaml:3: regularizers.dropout: {nothing_to_remove('dropout')}",
    ]
    for parent in ("regularizers: null", "regularizers: [l2]", "title: a"):
        write(parent, "a.yaml")
        [problem] = inherit(write("extends: a.yaml\nregularizers: {l2: null}")).problems
        assert (problem.place, problem.key) == ("x.yaml:2", "regularizers.l2")


def test_problems_of_a_parent_are_kept_with_its_name(write: Write) -> None:
    """The problem of a duplicate key has the place in the parent."""
    write("title: a\ntitle: b\n", "a.yaml")
    [problem] = inherit(write("extends: a.yaml")).problems
    assert (problem.place, problem.key) == ("a.yaml:2", "title")


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"x.yaml": "extends: x.yaml"}, "x.yaml:1: extends: circular inheritance: x.yaml → x.yaml"),
        (
            {
                "x.yaml": "extends: a.yaml",
                "a.yaml": "title: a\nextends: b.yaml",
                "b.yaml": "extends: ./a.yaml",
            },
            "b.yaml:1: extends: circular inheritance: a.yaml → b.yaml → a.yaml",
        ),
    ],
    ids=["itself", "a parent of the parent"],
)
def test_every_file_of_a_circle_is_named(write: Write, files: dict[str, str], line: str) -> None:
    """The place is the `extends` that closes the circle."""
    for name, text in files.items():
        write(text, name)
    with pytest.raises(ExperimentError) as raised:
        inherit(Path("x.yaml"))
    assert str(raised.value) == line


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("bsaeline.yaml", "the file 'bsaeline.yaml' does not exist; did you mean baseline.yaml?"),
        ("baseline.yml", "the file 'baseline.yml' does not exist; did you mean baseline.yaml?"),
        (
            "elsewhere/baseline.yaml",
            "the file 'elsewhere/baseline.yaml' does not exist; did you mean baseline.yaml?",
        ),
        ('"a\\0/b"', "cannot read the file 'a\\x00/b': embedded null byte"),
        ("a" * 300, "cannot read the file a string of 300 characters: File name too long"),
    ],
)
def test_a_missing_parent_is_named_with_the_nearest(write: Write, target: str, message: str) -> None:
    """The nearest file of its folder is suggested; an impossible path is refused with the reason."""
    write("title: a", "baseline.yaml")
    with pytest.raises(ExperimentError) as raised:
        inherit(write(f"title: a\nextends: {target}"))
    assert str(raised.value) == f"x.yaml:2: extends: {message}"


@pytest.mark.parametrize(
    ("target", "received"),
    [(".", "a directory: '.'"), ("''", "a directory: ''"), ("pipe", "a device or pipe: 'pipe'")],
)
def test_a_parent_that_is_not_a_regular_file(write: Write, target: str, received: str) -> None:
    """It exists, but is not an experiment; a named pipe would block without end."""
    path = write(f"title: a\nextends: {target}")
    os.mkfifo(path.parent / "pipe")
    with pytest.raises(ExperimentError) as raised:
        inherit(path)
    assert str(raised.value) == f"x.yaml:2: extends: expected the file of another experiment, got {received}"


def test_a_parent_in_the_home_folder(
    write: Write, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A leading `~` is expanded."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    (home / "parent.yaml").write_text("training: {epochs: 7}")
    assert inherit(write("extends: ~/parent.yaml")).value["training"]["epochs"] == 7


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
def test_a_parent_that_is_not_a_path_is_refused(write: Write, target: str, received: str) -> None:
    """Only a string is a path."""
    with pytest.raises(ExperimentError) as raised:
        inherit(write(f"extends: {target}"))
    assert str(raised.value) == f"x.yaml:1: extends: expected the path of another experiment, got {received}"


def test_a_parent_that_cannot_be_read_is_named(write: Write) -> None:
    """The message has the name of the parent."""
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
        ({"a": {"name": "b", "c": 1}}, {"a": {"name": ["b"]}}, {"a": {"name": ["b"]}}),
    ],
)
def test_merging_does_not_change_its_arguments(
    below: dict[str, Any], above: dict[str, Any], merged: dict[str, Any]
) -> None:
    """Mappings are merged; everything else is replaced."""
    before = repr((below, above))
    assert merge(below, above) == merged
    assert repr((below, above)) == before

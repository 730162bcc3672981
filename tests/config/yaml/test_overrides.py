"""`--set key=value`: what it changes, and its problems."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from reglab.config.yaml.overrides import apply_overrides
from reglab.config.yaml.tree import Tree
from reglab.errors import ExperimentError
from reglab.experiment import Experiment

ErrorLines = Callable[..., list[str]]


def tree_of(value: dict[str, Any]) -> Tree:
    return Tree(value, {(): "x.yaml:1"})


@pytest.mark.parametrize(
    ("overrides", "value"),
    [
        ([], {"training": {"epochs": 40, "seed": 0}}),
        (["training.epochs=5"], {"training": {"epochs": 5, "seed": 0}}),
        (["training.epochs=5", "training.epochs=6"], {"training": {"epochs": 6, "seed": 0}}),
        ([" training.epochs = 5"], {"training": {"epochs": 5, "seed": 0}}),
        (["training={epochs: 5}"], {"training": {"epochs": 5, "seed": 0}}),
        (["training="], {"training": None}),
        (["title=#5"], {"training": {"epochs": 40, "seed": 0}, "title": "#5"}),
        (["title= a: [b "], {"training": {"epochs": 40, "seed": 0}, "title": "a: [b"}),
        (["title=5"], {"training": {"epochs": 40, "seed": 0}, "title": "5"}),
        (["title='#5'"], {"training": {"epochs": 40, "seed": 0}, "title": "#5"}),
        (["title="], {"training": {"epochs": 40, "seed": 0}, "title": None}),
        (["title=Run #2"], {"training": {"epochs": 40, "seed": 0}, "title": "Run #2"}),
        (["title='a'b"], {"training": {"epochs": 40, "seed": 0}, "title": "'a'b"}),
        (["title=a=b"], {"training": {"epochs": 40, "seed": 0}, "title": "a=b"}),
        (
            ["regularizers.dropout.rate=1e-1"],
            {"training": {"epochs": 40, "seed": 0}, "regularizers": {"dropout": {"rate": 0.1}}},
        ),
        (
            ["model.groups=[[8], [16]]"],
            {"training": {"epochs": 40, "seed": 0}, "model": {"groups": [[8], [16]]}},
        ),
    ],
)
def test_keys_are_written_over_the_file_in_order(overrides: Sequence[str], value: dict[str, Any]) -> None:
    """Single keys, whole mappings, lists, and an empty value."""
    tree = tree_of({"training": {"epochs": 40, "seed": 0}})
    assert apply_overrides(tree, overrides).value == value
    assert tree.value == {"training": {"epochs": 40, "seed": 0}}


def test_null_removes_a_regularizer(load: Callable[..., Experiment]) -> None:
    """An empty mapping adds one."""
    experiment = load("regularizers: {l2: {}}", "regularizers.l2=null", "regularizers.dropout={}")
    assert experiment.regularizers.names == ("dropout",)


def test_another_optimizer_replaces_that_of_the_file(load: Callable[..., Experiment]) -> None:
    """The parameters of the old optimizer are removed."""
    text = "training: {optimizer: {name: adamw, weight_decay: 0.1}}"
    experiment = load(text, "training.optimizer.name=sgd", "training.optimizer.momentum=0.9")
    assert experiment.training.optimizer.model_dump() == {
        "name": "sgd",
        "learning_rate": 0.01,
        "momentum": 0.9,
        "nesterov": False,
    }


def test_settings_of_the_file_that_are_dropped_are_listed() -> None:
    """Not defaults, not settings of the same optimizer, and not what is removed on purpose."""
    training = {"optimizer": {"name": "adamw", "weight_decay": 0.1, "learning_rate": 0.001}}
    places = {("training", "optimizer", "weight_decay"): "x.yaml:3", ("regularizers", "l2"): "x.yaml:4"}
    tree = Tree({"training": training, "regularizers": {"l2": {"strength": 0.1}}}, places)
    changed = apply_overrides(tree, ["training.optimizer.name=sgd", "regularizers.l2=null"])
    assert changed.dropped == (("training", "optimizer", "weight_decay"),)
    assert apply_overrides(tree, ["training.optimizer.name=adamw"]).dropped == ()


def test_an_override_that_a_later_one_drops_is_refused() -> None:
    """The other order works."""
    tree = tree_of({"training": {"optimizer": {"name": "adam"}}})
    momentum, name = "training.optimizer.momentum=0.5", "training.optimizer.name=sgd"
    with pytest.raises(ExperimentError) as raised:
        apply_overrides(tree, [momentum, name])
    assert str(raised.value) == (
        f"--set {momentum}: training.optimizer.momentum: --set {name} drops this setting; "
        "give it after that one"
    )
    changed = apply_overrides(tree, [name, momentum])
    assert changed.value == {"training": {"optimizer": {"name": "sgd", "momentum": 0.5}}}


@pytest.mark.parametrize(
    ("overrides", "lines"),
    [
        (["epochs"], ["--set epochs: expected key=value, such as training.epochs=5"]),
        ([""], ["--set : expected key=value, such as training.epochs=5"]),
        (["=5"], ["--set =5: expected key=value, such as training.epochs=5"]),
        (["training..epochs=5"], ["--set training..epochs=5: expected key=value, such as training.epochs=5"]),
        (["model=["], ["--set model=[: expected a YAML value after the =, got '['"]),
        (["\udcff=1"], [r"--set \udcff=1: expected a key of letters, got '\udcff'"]),
        (["a\n.b"], [r"--set a\n.b: expected key=value, such as training.epochs=5"]),
        (
            ["extends=a.yaml"],
            ["--set extends=a.yaml: extends can be set in a file only"],
        ),
        (
            ["a", "model={b: 1, b: 2}", "training.epochs=0"],
            [
                "--set a: expected key=value, such as training.epochs=5",
                "--set model={b: 1, b: 2}: duplicate key; it is also in line 1",
            ],
        ),
    ],
)
def test_all_wrong_overrides_are_named(overrides: Sequence[str], lines: list[str]) -> None:
    """The messages have the overrides as typed; values are validated later."""
    with pytest.raises(ExperimentError) as raised:
        apply_overrides(tree_of({}), overrides)
    assert str(raised.value).encode(errors="backslashreplace").decode().splitlines() == lines


def test_an_empty_mapping_over_regularizers_is_a_problem() -> None:
    """It would change nothing; without regularizers it is what it says."""
    with pytest.raises(ExperimentError) as raised:
        apply_overrides(tree_of({"regularizers": {"l2": {}, "l1": None}}), ["regularizers={}"])
    assert str(raised.value) == (
        "--set regularizers={}: regularizers: an empty mapping removes nothing; to remove what is there, "
        "write l2: null"
    )
    assert apply_overrides(tree_of({}), ["regularizers={}"]).value == {"regularizers": {}}


@pytest.mark.parametrize(
    ("override", "line"),
    [
        ("training.epochs=0", "training.epochs: expected an integer ≥ 1, got 0"),
        ("model.groups=[[8, -1]]", "model.groups[0][1]: expected an integer ≥ 1, got -1"),
        ("model={kernel_size: 99}", "model.kernel_size: expected an integer in [1, 15], got 99"),
        ("training.epochs.x=1", "training.epochs: expected an integer ≥ 1, got a mapping"),
        (
            "model.dense.0=5",
            "model.dense: expected a list of integers ≥ 1, such as [64], got a mapping",
        ),
        (
            "training.epoch=5",
            "training.epoch: unknown key; expected one of epochs, batch_size, optimizer, schedule, "
            "precision, seed; did you mean epochs?",
        ),
    ],
)
def test_a_wrong_value_has_the_place_of_the_override(
    error_lines: ErrorLines, override: str, line: str
) -> None:
    """The place is not the line of the replaced value."""
    text = "training: {epochs: 5}\nmodel: {groups: [[8, 8]], dense: [5]}\n"
    assert error_lines(text, override) == [f"--set {override}: {line}"]


@pytest.mark.parametrize("schedule", ["", "  schedule: {name: cosine}\n"])
def test_a_missing_key_has_the_place_of_its_name(error_lines: ErrorLines, schedule: str) -> None:
    """The file has no line for a setting of a schedule that an override has chosen."""
    text = f"training:\n  epochs: 3\n{schedule}"
    (line,) = error_lines(text, "training.schedule.name=step")
    assert line.startswith("--set training.schedule.name=step: training.schedule.every_epochs: ")
    (line,) = error_lines("training:\n  epochs: 3\n  schedule:\n    name: step\n")
    assert line.startswith("x.yaml:4: training.schedule.every_epochs: ")


def test_other_values_keep_their_place_in_the_file(error_lines: ErrorLines) -> None:
    """Also values in a section with a changed key."""
    assert error_lines("training:\n  epochs: 0\n", "training.seed=-1") == [
        "--set training.seed=-1: training.seed: expected an integer in [0, 2147483648), got -1",
        "x.yaml:2: training.epochs: expected an integer ≥ 1, got 0",
    ]


def test_an_override_corrects_the_file(load: Callable[..., Experiment]) -> None:
    """The replaced value is not validated."""
    assert load("training: {epochs: none}", "training.epochs=3").training.epochs == 3

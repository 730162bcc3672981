"""The same rules apply to an experiment from a file, a mapping, changes and `Experiment(...)`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from reglab.config.optimizer import SGD, AdamW
from reglab.config.yaml.inheritance import merge
from reglab.errors import ExperimentError
from reglab.experiment import Experiment

Values = dict[str, Any]
NESTEROV = {"training": {"optimizer": {"name": "sgd", "nesterov": True}}}
SGD_WITH_NESTEROV = {"training": {"optimizer": {"name": "sgd", "nesterov": True, "momentum": 0.9}}}
POOLED_AWAY = {"model": {"groups": [[8]] * 6}, "regularizers": {"max_pooling": {}}}
TWO_POOLINGS = {"regularizers": {"max_pooling": {}, "average_pooling": {}}}
RING: Values = {}
RING["data"] = RING
TOGETHER = {
    "regularizers": {
        "augmentation": {},
        "batch_norm": {},
        "max_pooling": {},
        "dropout": {"rate": 0.3},
    }
}


def load(values: Values, folder: Path) -> Experiment:
    """Loads a YAML file."""
    path = folder / "x.yaml"
    path.write_text("\n".join(f"{key}: {value}" for key, value in values.items()).replace("True", "true"))
    return Experiment.load(path)


def change(values: Values, folder: Path) -> Experiment:
    """Changes whole sections of an experiment."""
    return Experiment(name="x").with_changes(values)


def build(values: Values, folder: Path) -> Experiment:
    """Calls `Experiment(...)`."""
    return Experiment(name="x", **values)


def convert(values: Values, folder: Path) -> Experiment:
    """Converts a mapping."""
    return Experiment.from_mapping({"name": "x", **values})


WAYS = (load, convert, change, build)


def problems_of(way: Callable[[Values, Path], Experiment], values: Values, folder: Path) -> list[Any]:
    """Key and message of every problem."""
    with pytest.raises((ExperimentError, ValidationError)) as raised:
        way(values, folder)
    if isinstance(raised.value, ExperimentError):
        return [(problem.key, problem.message) for problem in raised.value.problems]
    return [(".".join(map(str, error["loc"])), error["msg"]) for error in raised.value.errors()]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("values", "key", "start"),
    [
        (NESTEROV, "training.optimizer.nesterov", "nesterov has no effect while momentum is 0; "),
        (
            {"training": {"epochs": 5, "schedule": {"name": "constant", "warmup_epochs": 5.5}}},
            "training.schedule.warmup_epochs",
            "a warm-up of 5.5 epochs is longer than training.epochs: 5; set warmup_epochs to 5 or less",
        ),
        (
            {"training": {"epochs": 5, "schedule": {"name": "step"}}},
            "training.schedule.every_epochs",
            "every_epochs has no effect while training.epochs is 5; set every_epochs below 5 or use the "
            "constant schedule",
        ),
        (
            {"training": {"epochs": 5, "schedule": {"name": "cosine", "warmup_epochs": 5}}},
            "training.schedule.warmup_epochs",
            "cosine has no effect, because the warm-up takes all epochs; set warmup_epochs below 5 or use "
            "the constant schedule",
        ),
        ({"data": {"image_size": 64}}, "data.image_size", "image_size has no effect on cifar10, "),
        (TWO_POOLINGS, "regularizers.average_pooling", ""),
        (POOLED_AWAY, "regularizers.max_pooling.pool_size", ""),
        ({"regularizers": {"dropout": {"spatial": True}}}, "regularizers.dropout.spatial", ""),
        ({"regularizers": {"stochastic_depth": {}}}, "regularizers.stochastic_depth", ""),
    ],
)
def test_rules_hold_for_every_way(
    tmp_path: Path, way: Callable[[Values, Path], Experiment], values: Values, key: str, start: str
) -> None:
    """A conflict has the same key and message, whichever way the experiment is built."""
    [(found, message)] = problems_of(way, values, tmp_path)
    assert (found, message) == (key, problems_of(build, values, tmp_path)[0][1])
    assert message.startswith(start)


@pytest.mark.parametrize(
    "values",
    [
        SGD_WITH_NESTEROV,
        {"training": {"epochs": 5, "schedule": {"name": "constant", "warmup_epochs": 5}}},
        {"training": {"epochs": 5, "schedule": {"name": "step", "every_epochs": 4}}},
        {"data": {"dataset": "folder", "image_size": 64}},
        {"model": {"groups": [[8], [16, 16]], "dense": []}},
        {"model": {"residual": True}, "regularizers": {"stochastic_depth": {}}},
    ],
)
def test_every_way_gives_the_same_experiment(tmp_path: Path, values: Values) -> None:
    """Values at the edge of the rules are allowed, and a list may be given for a tuple."""
    built = build(values, tmp_path)
    assert [way(values, tmp_path) for way in WAYS] == [built] * len(WAYS)
    assert hash(built.model) == hash(build(values, tmp_path).model)


def test_conflicts_are_reported_with_their_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is that of the key or of the nearest key above it; problems of the file are reported too."""
    monkeypatch.chdir(tmp_path)
    text = (
        "data: {image_size: 64}\n"
        "title: a\n"
        "title: b\n"
        "model: {groups: [[8], [8], [8], [8], [8], [8], [8]]}\n"
        "regularizers:\n"
        "  max_pooling:\n"
        "    strides: 2\n"
        "training:\n"
        "  optimizer: {name: sgd}\n"
    )
    Path("x.yaml").write_text(text)
    with pytest.raises(ExperimentError) as raised:
        Experiment.load(Path("x.yaml"), ["training.optimizer.nesterov=true"])
    assert [(problem.place, problem.key) for problem in raised.value.problems] == [
        ("--set training.optimizer.nesterov=true", "training.optimizer.nesterov"),
        ("x.yaml:1", "data.image_size"),
        ("x.yaml:3", "title"),
        ("x.yaml:6", "regularizers.max_pooling.pool_size"),
    ]


def test_an_experiment_is_immutable() -> None:
    """Its sections are immutable too."""
    experiment = Experiment(name="x")
    with pytest.raises(ValidationError):
        experiment.training.epochs = 5  # type: ignore[misc]
    with pytest.raises(ValidationError):
        experiment.name = "y"  # type: ignore[misc]


@pytest.mark.parametrize("field", ["groups", "dense"])
def test_only_lists_and_tuples_are_sequences(field: str) -> None:
    """A set, a string and a number are refused."""
    for wrong in ({8}, "8", 8):
        with pytest.raises(ValidationError):
            Experiment.model_validate({"name": "x", "model": {field: wrong}})


def test_a_mapping_has_defaults() -> None:
    """Its name has a default; an optimizer without a name changes the default optimizer."""
    assert Experiment.from_mapping({}) == Experiment(name="experiment")
    changed = Experiment.from_mapping({"training": {"optimizer": {"learning_rate": 0.1}}})
    assert changed.training.optimizer == AdamW(learning_rate=0.1)


def test_an_experiment_is_equal_to_that_of_its_own_mapping() -> None:
    """The mapping of `model_dump()` has tuples and None."""
    experiment = Experiment.from_mapping({"name": "x", **TOGETHER, **SGD_WITH_NESTEROV})
    assert Experiment.from_mapping(experiment.model_dump()) == experiment


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"title": {1}},
            "expected mappings, lists, strings, numbers, booleans and None only: got set",
        ),
        (
            {"title": "\ud800"},
            "expected mappings, lists, strings, numbers, booleans and None only: 'utf-8' codec can't encode "
            "character '\\ud800' in position 11: surrogates not allowed",
        ),
        (
            RING,
            "expected mappings, lists, strings, numbers, booleans and None only: Circular reference detected",
        ),
        (
            {"extends": "a.yaml"},
            "extends: unknown key; expected one of name, title, description, data, model, regularizers, "
            "training",
        ),
        ({"training": {"epochs": 0}}, "training.epochs: expected an integer ≥ 1, got 0"),
    ],
)
def test_a_wrong_mapping_has_problems_without_a_place(values: Values, message: str) -> None:
    """Values that YAML does not have, a key that only a file has, and a value out of range."""
    with pytest.raises(ExperimentError) as raised:
        Experiment.from_mapping(values)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"training.epochs": 5}, {"training": {"epochs": 5}}),
        ({"training": {"epochs": 5}, "training.seed": 3}, {"training": {"epochs": 5, "seed": 3}}),
        ({"regularizers.dropout": None}, {"regularizers": {"dropout": None}}),
        ({"regularizers.dropout.rate": 0.5}, {"regularizers": {"dropout": {"rate": 0.5}}}),
        ({"regularizers.l2": {}}, {"regularizers": {"l2": {}}}),
        ({"data.subset": {"train": 20}}, {"data": {"subset": {"train": 20}}}),
        ({"model.groups": ((8,), (16, 16))}, {"model": {"groups": [[8], [16, 16]]}}),
        ({}, {}),
    ],
)
def test_changes_are_written_over_the_experiment(changes: Mapping[str, Any], expected: Values) -> None:
    """By dotted key or whole section; None removes a regularizer; everything else is kept."""
    start = {"name": "x", "title": "X", **TOGETHER, "training": {"batch_size": 10}}
    experiment = Experiment.from_mapping(start)
    assert experiment.with_changes(changes) == Experiment.from_mapping(merge(start, expected))
    assert experiment == Experiment.from_mapping(start)


def test_another_optimizer_replaces_the_old_one() -> None:
    """Its parameters are removed; those of the same optimizer are kept."""
    experiment = Experiment.from_mapping({"training": {"optimizer": {"learning_rate": 0.5}}})
    sgd = experiment.with_changes({"training.optimizer": {"name": "sgd", "momentum": 0.9}})
    assert sgd.training.optimizer == SGD(momentum=0.9)
    both = experiment.with_changes({"training.optimizer.name": "sgd", "training.optimizer.momentum": 0.8})
    assert both.training.optimizer == SGD(momentum=0.8)
    faster = sgd.with_changes({"training.optimizer.learning_rate": 0.1})
    assert faster.training.optimizer == SGD(momentum=0.9, learning_rate=0.1)


def test_a_change_has_a_key() -> None:
    """Another object is refused."""
    with pytest.raises(ExperimentError) as raised:
        Experiment(name="x").with_changes({5: 1, "training.epochs": 2})  # type: ignore[dict-item]
    assert str(raised.value) == "expected keys such as training.epochs, got 5"


def test_numbers_of_numpy_are_numbers() -> None:
    """Integers and floats of any size."""
    changes = {"training.seed": np.int64(3), "training.optimizer.learning_rate": np.float32(0.5)}
    experiment = Experiment(name="x").with_changes(changes)
    assert (experiment.training.seed, experiment.training.optimizer.learning_rate) == (3, 0.5)


def test_a_wrong_change_is_named() -> None:
    """The problem has a key and no place."""
    with pytest.raises(ExperimentError) as raised:
        Experiment(name="x").with_changes({"training.epoch": 5, "regularizers.dropout.rate": 1})
    assert {(problem.place, problem.key) for problem in raised.value.problems} == {
        ("", "training.epoch"),
        ("", "regularizers.dropout.rate"),
    }


def test_with_seed_changes_the_seed_only() -> None:
    """The identity is unchanged; a negative seed is refused."""
    experiment = Experiment.from_mapping(TOGETHER)
    assert experiment.with_seed(3) == experiment.with_changes({"training.seed": 3})
    assert experiment.with_seed(3).identity == experiment.identity
    with pytest.raises(ExperimentError):
        experiment.with_seed(-1)


def test_label_and_setup() -> None:
    """The name replaces a missing title; regularizers act in the order of the table."""
    experiment = Experiment.from_mapping({"name": "x", "regularizers": {"l2": {}, "batch_norm": {}}})
    assert experiment.label == "x"
    assert experiment.with_changes({"title": "CNN"}).label == "CNN"
    assert experiment.setup.regularizers == experiment.regularizers.names == ("batch_norm", "l2")


@pytest.mark.parametrize(
    ("dataset", "shape"),
    [
        ({"dataset": "cifar10"}, (32, 32, 3)),
        ({"dataset": "mnist"}, (28, 28, 1)),
        ({"dataset": "folder"}, (32, 32, 3)),
        ({"dataset": "folder", "image_size": 64}, (64, 64, 3)),
    ],
)
def test_images_have_a_shape(dataset: Values, shape: tuple[int, int, int]) -> None:
    """Height, width, channels."""
    assert Experiment.from_mapping({"data": dataset}).data.image_shape == shape


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"title": "a\nb"}, "title: expected one line, got several"),
        ({"title": "a" * 201}, "title: expected at most 200 letters, got 201"),
        (
            {"model": {"groups": [[4]] * 100, "dense": [4]}},
            "model.groups: expected at most 100 convolutions and dense layers in all, got 101",
        ),
        ({"title": " "}, "title: expected text, got spaces only"),
        ({"title": "\x1b[31m"}, r"title: expected text without control characters, got '\x1b[31m'"),
        ({"description": "a\r"}, r"description: expected text without control characters, got 'a\r'"),
        (
            {"training": {"epochs": 10**400}},
            "training.epochs: expected at most 10,000,000, got a larger number",
        ),
    ],
)
def test_text_and_numbers_that_break_a_terminal_or_a_computation(
    values: dict[str, Any], message: str
) -> None:
    """They are refused with their key."""
    with pytest.raises(ExperimentError) as raised:
        Experiment.from_mapping(values)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("optimizer", "rate", "usual"),
    [
        ("adamw", 0.05, True),
        ("adam", 0.1, False),
        ("rmsprop", 1.0, False),
        ("sgd", 1.0, True),
        ("sgd", 5.0, False),
        ("adadelta", 1.0, True),
        ("adagrad", 1e-6, True),
        ("adagrad", 1e-7, False),
    ],
)
def test_advice_on_an_unusual_learning_rate(optimizer: str, rate: float, usual: bool) -> None:
    """The range depends on the optimizer."""
    settings = {"optimizer": {"name": optimizer, "learning_rate": rate}}
    experiment = Experiment.from_mapping({"data": {"validation": 0.1}, "training": settings})
    advice = [str(each) for each in experiment.advice()]
    assert (advice == []) == usual
    start = f"a learning rate of {rate:g} is unusual for {optimizer}: from 1e-06 to "
    assert all(text.startswith(start) for text in advice)


def test_names_of_any_script() -> None:
    """A letter with an accent has one form; a name must fit into the name of a file."""
    assert Experiment(name="Gro\u0308ße").name == "Größe"
    assert Experiment(name="网" * 66).name == "网" * 66
    for name in ("网" * 67, "a" * 81, "a/b", "a b", ".a", "-a", "\u0308a", "👩", ""):
        with pytest.raises(ValidationError):
            Experiment(name=name)

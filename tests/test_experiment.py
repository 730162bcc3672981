"""An experiment from a file, from a mapping, with changes and in Python: one set of rules, one identity."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from reglab.config.optimizer import SGD, AdamW
from reglab.config.yaml.dumping import dump_yaml
from reglab.config.yaml.expectation import root_node, value_at
from reglab.config.yaml.inheritance import merge
from reglab.errors import ExperimentError
from reglab.experiment import Experiment
from reglab.regularizers.table import Regularizers

Values = dict[str, Any]
NESTEROV = {"training": {"optimizer": {"name": "sgd", "nesterov": True}}}
SGD_WITH_NESTEROV = {"training": {"optimizer": {"name": "sgd", "nesterov": True, "momentum": 0.9}}}
POOLED_AWAY = {"model": {"groups": [[8]] * 6}, "regularizers": {"max_pooling": {}}}
TWO_POOLINGS = {"regularizers": {"max_pooling": {}, "average_pooling": {}}}
RING: Values = {}
RING["data"] = RING
SECTIONS = ("data", "model", "regularizers", "training")
# Recorded by the runs of these experiments: max pooling, and every technique of the lecture.
MAX_POOLING = {"regularizers": {"max_pooling": {"pool_size": 2}}}
TOGETHER = {
    "regularizers": {
        "augmentation": {},
        "batch_norm": {},
        "max_pooling": {},
        "dropout": {"rate": 0.3},
    }
}


def load(values: Values, folder: Path) -> Experiment:
    """Through a YAML file."""
    path = folder / "x.yaml"
    path.write_text("\n".join(f"{key}: {value}" for key, value in values.items()).replace("True", "true"))
    return Experiment.load(path)


def change(values: Values, folder: Path) -> Experiment:
    """Through changes of whole sections."""
    return Experiment(name="x").with_changes(values)


def build(values: Values, folder: Path) -> Experiment:
    """In Python, as pydantic builds a model."""
    return Experiment(name="x", **values)


def convert(values: Values, folder: Path) -> Experiment:
    """Through a mapping."""
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
    """Settings that cannot work together have the same key and sentence however they are given."""
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
    """With the line of the key, or of the nearest key above it; together with problems of the file."""
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
    """Its sections too."""
    experiment = Experiment(name="x")
    with pytest.raises(ValidationError):
        experiment.training.epochs = 5  # type: ignore[misc]
    with pytest.raises(ValidationError):
        experiment.name = "y"  # type: ignore[misc]


@pytest.mark.parametrize("field", ["groups", "dense"])
def test_only_lists_and_tuples_are_sequences(field: str) -> None:
    """A set has no order, and a string has letters."""
    for wrong in ({8}, "8", 8):
        with pytest.raises(ValidationError):
            Experiment.model_validate({"name": "x", "model": {field: wrong}})


def test_a_mapping_has_defaults() -> None:
    """Also for its name; a mapping without a name changes the default optimizer."""
    assert Experiment.from_mapping({}) == Experiment(name="experiment")
    changed = Experiment.from_mapping({"training": {"optimizer": {"learning_rate": 0.1}}})
    assert changed.training.optimizer == AdamW(learning_rate=0.1)


def test_an_experiment_is_equal_to_that_of_its_own_mapping() -> None:
    """As Python dumps it, with tuples and nulls."""
    experiment = Experiment.from_mapping({"name": "x", **TOGETHER, **SGD_WITH_NESTEROV})
    assert Experiment.from_mapping(experiment.model_dump()) == experiment


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"title": {1}},
            "expected mappings, lists, strings, numbers, booleans and None only: "
            "Object of type set is not JSON serializable",
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
    """Its parameters are not inherited; those of the same optimizer are."""
    experiment = Experiment.from_mapping({"training": {"optimizer": {"learning_rate": 0.5}}})
    sgd = experiment.with_changes({"training.optimizer": {"name": "sgd", "momentum": 0.9}})
    assert sgd.training.optimizer == SGD(momentum=0.9)
    both = experiment.with_changes({"training.optimizer.name": "sgd", "training.optimizer.momentum": 0.8})
    assert both.training.optimizer == SGD(momentum=0.8)
    faster = sgd.with_changes({"training.optimizer.learning_rate": 0.1})
    assert faster.training.optimizer == SGD(momentum=0.9, learning_rate=0.1)


def test_a_wrong_change_is_named() -> None:
    """By its key, without a place."""
    with pytest.raises(ExperimentError) as raised:
        Experiment(name="x").with_changes({"training.epoch": 5, "regularizers.dropout.rate": 1})
    assert {(problem.place, problem.key) for problem in raised.value.problems} == {
        ("", "training.epoch"),
        ("", "regularizers.dropout.rate"),
    }


def test_with_seed_changes_the_seed_only() -> None:
    """And an impossible seed is refused."""
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
    ("values", "identity"),
    [(MAX_POOLING, "09dd96b1f4ef266d"), (TOGETHER, "cf76242fdfe04772")],
)
def test_identities_of_recorded_runs_are_unchanged(values: Values, identity: str) -> None:
    """Else a finished run would be refused as that of another experiment."""
    assert Experiment.from_mapping(values).identity == identity


def test_runs_of_the_repository_have_the_identity_that_they_recorded() -> None:
    """Each experiment under `reference/` is read again."""
    from reglab.runs.status import read_status

    folder = Path(__file__).parents[1] / "reference"
    found = sorted(folder.rglob("experiment.yaml"))
    assert found
    for path in found:
        assert Experiment.load(path).identity == read_status(path.with_name("status.json")).identity, path


@pytest.mark.parametrize("key", ["name", "title", "description", "training.seed"])
def test_names_and_the_seed_do_not_change_the_identity(key: str) -> None:
    """Neither does the order of keys, nor a whole number for a fraction."""
    plain = Experiment.from_mapping(TOGETHER)
    other = plain.with_changes({key: 7 if key == "training.seed" else "other"})
    assert other != plain
    assert other.identity == plain.identity
    turned = {"regularizers": dict(reversed(TOGETHER["regularizers"].items()))}
    assert Experiment.from_mapping(turned).identity == plain.identity
    rate = "training.optimizer.learning_rate"
    assert plain.with_changes({rate: 1}).identity == plain.with_changes({rate: 1.0}).identity


def settings(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Paths of all settings; a list is one setting."""
    if not isinstance(value, dict):
        return [path]
    return [inner for key in value for inner in settings(value[key], (*path, key))]


def other_values(path: tuple[str, ...], values: Values) -> list[Any]:
    """Candidates for another value of a setting."""
    match value := value_at(values, path):
        case bool():
            return [not value]
        case int() | float():
            return [value + 1, value + 0.01, value - 0.01, value - 1]
        case list():
            return [[*value, value[-1]]]
        case None:
            return [1, 8]
        case _:
            return [word for word in root_node(Experiment).descend(path, values).choices if word != value] + [
                0.5
            ]


def change_one(experiment: Experiment, path: tuple[str, ...], values: Values) -> Experiment:
    """The experiment with the first candidate that is valid."""
    for value in other_values(path, values):
        try:
            return experiment.with_changes({".".join(path): value})
        except ExperimentError:
            continue
    raise AssertionError(f"no other value of {path} is valid")


def test_every_setting_changes_the_identity() -> None:
    """Each key, each optimizer, each schedule and each regularizer gives another identity."""
    # Both poolings are impossible at once, and `image_size` is for folders only.
    names = [name for name in Regularizers.model_fields if name != "average_pooling"]
    start = {
        "data": {"dataset": "folder", "image_size": 32, "subset": {"train": 20, "validation": 10}},
        "model": {"residual": True},
        "regularizers": {name: {} for name in names} | {"dropout": {"groups": 0.1}},
    }
    experiment = Experiment.from_mapping(start)
    values = {section: experiment.model_dump(mode="json")[section] for section in SECTIONS}
    fixed = {
        ("training", "seed"),
        ("data", "dataset"),
        ("model", "residual"),
        ("regularizers", "average_pooling"),
    }
    kinds = {("training", "optimizer", "name"), ("training", "schedule", "name")}
    paths = [path for path in settings(values) if path not in fixed | kinds]
    assert len(paths) > 60
    identities = [change_one(experiment, path, values).identity for path in paths]
    for path in kinds:
        words = root_node(Experiment).descend(path, values).choices
        identities += [experiment.with_changes({".".join(path): word}).identity for word in words]
    for name in names:
        identities.append(experiment.with_changes({f"regularizers.{name}": None}).identity)
    # The experiment's own optimizer and its own schedule give the same identity.
    assert len(set(identities)) == len(identities) - 1


def test_a_dumped_experiment_has_the_same_identity(tmp_path: Path) -> None:
    """The file that is saved with a run."""
    experiment = Experiment.from_mapping({"name": "x", **TOGETHER})
    (tmp_path / "experiment.yaml").write_text(dump_yaml(experiment))
    assert Experiment.load(tmp_path / "experiment.yaml") == experiment

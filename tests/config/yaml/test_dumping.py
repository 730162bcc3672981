"""The resolved experiment: YAML that gives the same experiment again, and its identity."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from reglab.config.schema import BareExperiment, Technique, Techniques

from reglab.config.shipped import shipped_directory
from reglab.config.yaml.dumping import dump_yaml
from reglab.config.yaml.expectation import root_node
from reglab.config.yaml.tree import KeyPath, format_key
from reglab.experiment import Experiment
from reglab.regularizers.table import Regularizers

Load = Callable[..., Experiment]
Write = Callable[..., Path]
SHIPPED = sorted(shipped_directory().rglob("*.yaml"))
FULL: dict[str, Any] = {
    "name": "full",
    "data": {"subset": {"train": 20, "validation": 10}},
    "regularizers": {name: {} for name in Regularizers.model_fields},
    "training": {"optimizer": {"name": "adamw"}, "schedule": {"name": "cosine"}},
}


def reload(experiment: Experiment, write: Write) -> Experiment:
    """What a file with the dumped experiment gives; its own name is not the experiment's."""
    return Experiment.load(write(dump_yaml(experiment), "experiment.yaml"))


def values_of(experiment: Experiment) -> dict[str, Any]:
    values: dict[str, Any] = experiment.model_dump(mode="json")
    return values


def settings(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Paths of all that can be set; a list is one setting."""
    if not isinstance(value, dict):
        yield path
        return
    for key, inner in value.items():
        yield from settings(inner, (*path, key))


def other_values(path: KeyPath, value: Any, values: dict[str, Any]) -> list[Any]:
    """Values that a setting might have instead; which of them it may have, the schema knows."""
    if isinstance(value, bool):
        return [not value]
    words = [word for word in root_node(Experiment).descend(path, values).choices if word != value]
    match value:
        case None:
            return [1, 8]
        case int() | float():
            return [value + 1, value + 0.01, value - 0.01, value - 1]
        case list():
            return [[*value, value[-1]]]
        case _:
            return [*words, 0.5]


def changed(values: dict[str, Any], path: KeyPath) -> Experiment:
    """The experiment with another value of one setting."""
    for other in other_values(path, _at(values, path), values):
        copy = deepcopy(values)
        _at(copy, path[:-1])[path[-1]] = other
        try:
            return Experiment.model_validate_json(json.dumps(copy))
        except ValidationError:
            continue
    raise AssertionError(f"no other value was found for {format_key(path)}")


def _at(value: Any, path: KeyPath) -> Any:
    for part in path:
        value = value[part]
    return value


@pytest.mark.parametrize(
    "path", SHIPPED, ids=[str(path.relative_to(shipped_directory())) for path in SHIPPED]
)
def test_shipped_experiments_come_back_as_they_were(path: Path, write: Write) -> None:
    """Equal in every value, in identity, and in what they are dumped as."""
    experiment = Experiment.load(path)
    again = reload(experiment, write)
    assert again == experiment
    assert again.identity == experiment.identity
    assert dump_yaml(again) == dump_yaml(experiment)


def test_every_key_that_has_a_value_is_dumped(load: Load) -> None:
    """Whole; lists on one line, numbers as YAML 1.2 reads them, what is off left out."""
    text = "title: 'no'\nregularizers: {l2: {strength: 1e-5}}\nmodel: {groups: [[8], [16, 16]], dense: []}"
    assert dump_yaml(load(text)) == (
        "name: x\n"
        "title: 'no'\n"
        "description: ''\n"
        "data:\n"
        "  dataset: cifar10\n"
        "  validation: test\n"
        "  clean: 5000\n"
        "model:\n"
        "  groups: [[8], [16, 16]]\n"
        "  kernel_size: 3\n"
        "  activation: relu\n"
        "  head: global_max_pooling\n"
        "  dense: []\n"
        "regularizers:\n"
        "  l2:\n"
        "    strength: 1.0e-05\n"
        "    layers: all\n"
        "training:\n"
        "  epochs: 40\n"
        "  batch_size: 200\n"
        "  optimizer:\n"
        "    name: adamw\n"
        "    learning_rate: 0.001\n"
        "    weight_decay: 0.004\n"
        "    beta_1: 0.9\n"
        "    beta_2: 0.999\n"
        "    epsilon: 1.0e-07\n"
        "  schedule:\n"
        "    name: constant\n"
        "    warmup_epochs: 0.0\n"
        "  precision: auto\n"
        "  seed: 0\n"
    )


def test_every_regularizer_comes_back(write: Write) -> None:
    """With all of them switched on, but for two kinds of pooling at once, which is impossible."""
    values = deepcopy(FULL)
    values["regularizers"].pop("average_pooling")
    experiment = Experiment.model_validate(values)
    assert reload(experiment, write) == experiment


@pytest.mark.parametrize(
    "text",
    [
        *("5", "1e-4", ".5", "010", "0o17", "0x1F", "1:30", "1_000", ".inf", "-.INF", ".nan", "+1"),
        *("true", "True", "no", "yes", "on", "null", "~", "", "2020-01-01", "=", "<<"),
        *(" a ", "a: b", "a #b", "# a", "- a", "? a", "'", '"', "&a", "*a", "!a", "%a", "@a", "[a", "{a"),
        *("a\nb", "a\n", "\n", "a\r\nb", "\t", "\x07", "\x00", "\x85", "a\u2028b", "\ufeffa"),
        *("L1 ∪ L2 × 0,3 – é 😀", "word " * 50, "x" * 300, "e\u0301"),
    ],
)
def test_any_title_comes_back(text: str, write: Write) -> None:
    """Texts that look like numbers, booleans or syntax, line breaks of every kind, and long ones."""
    experiment = Experiment(name="x", title=text, description=text)
    assert reload(experiment, write) == experiment


def test_a_name_that_looks_like_a_number_comes_back(write: Write) -> None:
    """A folder may be called 2024."""
    experiment = Experiment(name="2024")
    assert reload(experiment, write).name == "2024"


def test_an_identity_is_16_hexadecimal_digits(load: Load) -> None:
    """Short enough for a folder's status, long enough to be one of its kind."""
    identity = load("title: a").identity
    assert len(identity) == 16
    assert set(identity) <= set("0123456789abcdef")


@pytest.mark.parametrize("key", ["name", "title", "description", "training.seed"])
def test_names_and_the_seed_do_not_change_the_identity(load: Load, key: str) -> None:
    """They decide which run it is, or what it is called, and not which experiment."""
    plain = load("data: {}")
    other = load("data: {}", f"{key}=7" if key == "training.seed" else f"{key}=other")
    assert other != plain
    assert other.identity == plain.identity


def test_every_other_setting_changes_the_identity() -> None:
    """Each setting of each section and of each regularizer, one by one; all identities differ."""
    experiment = Experiment.model_validate(FULL)
    values = values_of(experiment)
    left_out = {("name",), ("title",), ("description",), ("training", "seed")}
    # Another kind of optimizer has other parameters: see the test below.
    left_out |= {("training", "optimizer", "name"), ("training", "schedule", "name")}
    paths = [path for path in settings(values) if path not in left_out]
    assert len(paths) > 60
    identities = {format_key(path): changed(values, path).identity for path in paths}
    assert experiment.identity not in identities.values()
    assert len(set(identities.values())) == len(paths)


def test_optimizers_schedules_and_regularizers_change_the_identity(load: Load) -> None:
    """Each kind, with its defaults; and each regularizer that is switched on."""
    optimizers = ["adadelta", "adagrad", "adam", "rmsprop", "sgd"]
    overrides = [
        "training.seed=0",
        *(f"training.optimizer.name={name}" for name in optimizers),
        *(f"training.schedule.name={name}" for name in ("cosine", "step")),
        *(f"regularizers.{name}={{}}" for name in Regularizers.model_fields if name != "average_pooling"),
        "regularizers.average_pooling={}",
        "data.subset.train=5",
        "data.subset.validation=5",
    ]
    identities = [load("data: {}", override).identity for override in overrides]
    assert len(set(identities)) == len(overrides)


def test_the_order_of_keys_does_not_change_the_identity(load: Load) -> None:
    """Nor whether a default was said."""
    first = load("training: {epochs: 5, batch_size: 10}\nregularizers: {l2: {}, l1: {strength: 1e-3}}")
    second = load(
        "regularizers: {l1: {strength: 0.001}, l2: {strength: 0.001}}\ntraining: {batch_size: 10, epochs: 5}"
    )
    assert first.identity == second.identity


def test_the_order_of_the_table_does_not_change_the_identity() -> None:
    """A regularizer that is added in the middle leaves finished runs what they were."""

    class OneWay(Techniques):
        first: Technique | None = None
        second: Technique | None = None

    class OtherWay(Techniques):
        second: Technique | None = None
        first: Technique | None = None

    one, other = (
        BareExperiment(name="x", regularizers=kind(first=Technique(), second=Technique()))
        for kind in (OneWay, OtherWay)
    )
    assert one.identity == other.identity


def test_a_whole_number_is_the_same_as_its_fraction(load: Load) -> None:
    """`1` and `1.0` where a number may have a fraction."""
    text = "training: {{optimizer: {{name: adadelta, learning_rate: {}}}}}"
    assert load(text.format("1")).identity == load(text.format("1.0")).identity

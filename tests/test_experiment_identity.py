"""The identity of an experiment: what changes it, and what does not."""

from pathlib import Path
from typing import Any

import pytest

from reglab.config.yaml.dumping import dump_yaml
from reglab.config.yaml.expectation import root_node, value_at
from reglab.errors import ExperimentError
from reglab.experiment import Experiment
from reglab.regularizers.table import Regularizers
from reglab.runs.status import read_status

Values = dict[str, Any]
SECTIONS = ("data", "model", "regularizers", "training")
# The experiments MP and MP + DO + BN + DA of the lecture; runs of them have recorded the identities below.
MAX_POOLING = {"regularizers": {"max_pooling": {"pool_size": 2}}}
TOGETHER = {
    "regularizers": {
        "augmentation": {},
        "batch_norm": {},
        "max_pooling": {},
        "dropout": {"rate": 0.3},
    }
}


@pytest.mark.parametrize(
    ("values", "identity"),
    [(MAX_POOLING, "09dd96b1f4ef266d"), (TOGETHER, "cf76242fdfe04772")],
)
def test_identities_of_recorded_runs_are_unchanged(values: Values, identity: str) -> None:
    """With another identity, a finished run would be refused as a run of another experiment."""
    assert Experiment.from_mapping(values).identity == identity


def test_runs_of_the_repository_have_the_identity_that_they_recorded() -> None:
    """All experiments under `reference/`."""
    folder = Path(__file__).parents[1] / "reference"
    found = sorted(folder.rglob("experiment.yaml"))
    assert found
    for path in found:
        assert Experiment.load(path).identity == read_status(path.with_name("status.json")).identity, path


@pytest.mark.parametrize("key", ["name", "title", "description", "training.seed"])
def test_names_and_the_seed_do_not_change_the_identity(key: str) -> None:
    """The order of keys, and 1 instead of 1.0, do not change it either."""
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
    """Other values of a setting, not all of them valid."""
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
    """The experiment with the first other value that is valid."""
    for value in other_values(path, values):
        try:
            return experiment.with_changes({".".join(path): value})
        except ExperimentError:
            continue
    raise AssertionError(f"no other value of {path} is valid")


def test_every_setting_changes_the_identity() -> None:
    """Each key, each optimizer, each schedule and each regularizer gives another identity."""
    # The two poolings cannot be combined, and `image_size` is for folders only.
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
    """It is saved with a run and loaded again."""
    experiment = Experiment.from_mapping({"name": "x", **TOGETHER})
    (tmp_path / "experiment.yaml").write_text(dump_yaml(experiment))
    assert Experiment.load(tmp_path / "experiment.yaml") == experiment

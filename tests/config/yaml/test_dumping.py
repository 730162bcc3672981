"""A dumped experiment is YAML that gives the same experiment."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reglab.config.shipped import list_shipped_experiments
from reglab.config.yaml.dumping import dump_yaml
from reglab.experiment import Experiment
from reglab.regularizers.table import Regularizers

Write = Callable[..., Path]
SHIPPED = list_shipped_experiments()


def reload(experiment: Experiment, write: Write) -> Experiment:
    """Dumps the experiment to a file of another name and loads it."""
    return Experiment.load(write(dump_yaml(experiment), "other.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_shipped_experiments_are_equal_after_dumping(path: Path, write: Write) -> None:
    """A second dump gives the same text."""
    experiment = Experiment.load(path)
    again = reload(experiment, write)
    assert again == experiment
    assert dump_yaml(again) == dump_yaml(experiment)


def test_every_key_with_a_value_is_dumped(load: Callable[..., Experiment]) -> None:
    """Lists in one line, numbers as in YAML 1.2; inactive regularizers are omitted."""
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
        "  residual: false\n"
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


def test_every_regularizer_is_dumped(write: Write) -> None:
    """All at once except `average_pooling`, which conflicts with `max_pooling`."""
    names = [name for name in Regularizers.model_fields if name != "average_pooling"]
    values = {"model": {"residual": True}, "regularizers": {name: {} for name in names}}
    experiment = Experiment.from_mapping(values)
    assert reload(experiment, write) == experiment


@pytest.mark.parametrize(
    "text",
    [
        *("5", "1e-4", ".5", "010", "0o17", "0x1F", "1:30", "1_000", ".inf", "-.INF", ".nan", "+1"),
        *("true", "True", "no", "yes", "on", "null", "~", "", "2020-01-01", "=", "<<"),
        *(" a ", "a: b", "a #b", "# a", "- a", "? a", "'", '"', "&a", "*a", "!a", "%a", "@a", "[a", "{a"),
        *("a\nb", "a\n", "\na", "\ufeffa"),
        *("L1 ∪ L2 × 0,3 – é 😀", "word " * 50, "x" * 300, "e\u0301"),
    ],
)
def test_any_text_is_dumped(text: str, write: Write) -> None:
    """Strings that look like numbers, booleans or syntax, line breaks, and long ones."""
    experiment = Experiment(name="2024", title=text.replace("\n", " ")[:200], description=text)
    assert reload(experiment, write) == experiment

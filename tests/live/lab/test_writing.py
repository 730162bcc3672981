"""The text of an experiment."""

from typing import Any

import pytest
import yaml

from reglab.config.shipped import list_shipped_experiments
from reglab.experiment import Experiment
from reglab.live.lab.writing import write_yaml
from tests.trainings import every_technique

_SHIPPED = list_shipped_experiments()


def _read(experiment: Experiment) -> Experiment:
    return Experiment.from_mapping(yaml.safe_load(write_yaml(experiment)))


@pytest.mark.parametrize("number", range(len(_SHIPPED)), ids=[path.stem for path in _SHIPPED])
def test_the_text_is_the_experiment(number: int) -> None:
    """Read again, it is the same one, with its optimizer and schedule."""
    experiment = Experiment.load(_SHIPPED[number])
    assert _read(experiment) == experiment


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw", "adadelta", "adagrad", "rmsprop"])
@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_every_kind_has_its_name(optimizer: str, schedule: str) -> None:
    """Although it is a default of the kind."""
    values: dict[str, Any] = {"optimizer": {"name": optimizer}, "schedule": {"name": schedule}}
    experiment = Experiment.from_mapping({"training": values})
    assert _read(experiment) == experiment


def test_every_regularizer() -> None:
    """With its parameters."""
    experiment = Experiment.from_mapping({"model": {"residual": True}, "regularizers": every_technique()})
    assert _read(experiment) == experiment

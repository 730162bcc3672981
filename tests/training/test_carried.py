"""What a change of an experiment keeps of a state."""

from typing import Any

import numpy as np
import pytest

from reglab.experiment import Experiment
from reglab.training.carried import choose_carried
from reglab.training.loop.state import State

BEFORE = Experiment.from_mapping(
    {
        "training": {"optimizer": {"name": "adamw"}},
        "regularizers": {"early_stopping": {"patience": 2}, "dropout": {}},
    }
)
VARIABLES = {
    "conv_1_1/kernel": np.ones(3),
    "adamw/iteration": np.array(7),
    "adamw/learning_rate": np.ones(()),
}


def _state(stopped: bool = False) -> State:
    return State(1, 0, stopped, VARIABLES, {"early_stopping/0": {"best": np.array(0.5)}})


@pytest.mark.parametrize(
    ("changes", "dropped", "callbacks", "iterations"),
    [
        ({"regularizers.dropout.rate": 0.7}, set(), {"early_stopping/0"}, 7),
        ({"training.optimizer.learning_rate": 0.5}, {"adamw/learning_rate"}, {"early_stopping/0"}, 7),
        ({"regularizers.early_stopping.patience": 3}, set(), set(), 7),
        ({"training.optimizer": {"name": "sgd", "learning_rate": 0.001}}, set(), {"early_stopping/0"}, 0),
    ],
)
def test_what_is_kept(
    changes: dict[str, Any], dropped: set[str], callbacks: set[str], iterations: int
) -> None:
    """All except a new rate, the steps of another optimizer, and callbacks of a changed regularizer."""
    carried = choose_carried(BEFORE, BEFORE.with_changes(changes), _state())
    assert carried.variables.keys() == VARIABLES.keys() - dropped
    assert carried.callbacks.keys() == callbacks
    assert carried.iterations == iterations


def test_after_the_end() -> None:
    """A training that a callback has ended continues with new callbacks."""
    after = BEFORE.with_changes({"regularizers.dropout.rate": 0.7})
    assert choose_carried(BEFORE, after, _state(stopped=True)).callbacks == {}

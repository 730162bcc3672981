"""What the tests of the techniques share."""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import pytest

from reglab.regularizers.base import Place
from reglab.regularizers.table import Experiment


@pytest.fixture
def experiment() -> Callable[..., Experiment]:
    """Makes an experiment of the sections given, the rest at its defaults."""

    def build(**sections: Any) -> Experiment:
        return Experiment.model_validate({"name": "test", **sections})

    return build


@pytest.fixture
def on_input() -> Place:
    return Place("input", "input", seed=3)


@pytest.fixture
def convolution() -> Place:
    return Place("conv_1_1", "convolution", seed=3)


@pytest.fixture
def group() -> Place:
    return Place("group_1", "group", seed=3)


@pytest.fixture
def dense() -> Place:
    return Place("dense_1", "dense", seed=3)


@pytest.fixture
def output() -> Place:
    return Place("output", "output", seed=3)


@pytest.fixture
def mixed_bfloat16() -> Iterator[None]:
    """The global policy of a mixed-precision run."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy(before)

"""Fixtures for the tests of regularizers."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import pytest

from reglab.config.data import Data
from reglab.config.model import Model
from reglab.config.setup import Setup
from reglab.config.training import Training
from reglab.regularizers.base import Position


@pytest.fixture
def make_setup() -> Callable[..., Setup]:
    """Makes a setup from the given sections, the others with their defaults."""

    def build(
        data: Any = None, model: Any = None, training: Any = None, regularizers: Sequence[str] = ()
    ) -> Setup:
        sections = (Data(**(data or {})), Model(**(model or {})), Training(**(training or {})))
        return Setup(*sections, tuple(regularizers))

    return build


@pytest.fixture
def on_input() -> Position:
    return Position("input", "input", seed=3)


@pytest.fixture
def convolution() -> Position:
    return Position("conv_1_1", "convolution", seed=3)


@pytest.fixture
def branch() -> Position:
    return Position("group_2", "branch", seed=3, depth=0.5)


@pytest.fixture
def group() -> Position:
    return Position("group_1", "group", seed=3)


@pytest.fixture
def dense() -> Position:
    return Position("dense_1", "dense", seed=3)


@pytest.fixture
def output() -> Position:
    return Position("output", "output", seed=3)


@pytest.fixture
def mixed_bfloat16() -> Iterator[None]:
    """The global policy of a mixed-precision run."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy(before)

"""The shipped experiments, their networks, and small experiments to build from."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras
import pytest

from reglab.config.shipped import list_shipped_experiments, shipped_directory
from reglab.experiment import Experiment
from reglab.model.network import build_network
from tests.trainings import with_needs

CLASSES = 10


@pytest.fixture(scope="session")
def shipped() -> Mapping[str, Experiment]:
    """Every shipped config, by its path without the suffix: `mp`, `quickstart/mp`."""
    root = shipped_directory()
    return {
        path.relative_to(root).with_suffix("").as_posix(): Experiment.load(path)
        for path in list_shipped_experiments()
    }


@pytest.fixture(scope="session")
def networks(shipped: Mapping[str, Experiment]) -> Mapping[str, keras.Model]:
    """The network of each shipped config."""
    return {name: build_network(experiment, CLASSES) for name, experiment in shipped.items()}


@pytest.fixture(scope="session")
def make_experiment() -> Callable[..., Experiment]:
    """Makes an experiment on 8×8 images with one convolution and one dense layer by default."""

    def make(*, model: Any = None, regularizers: Any = None, seed: int = 0) -> Experiment:
        values = {
            "name": "test",
            "data": {"dataset": "folder", "image_size": 8},
            "model": {"groups": ((4,),), "dense": (5,), **(model or {})},
            "regularizers": regularizers or {},
            "training": {"seed": seed},
        }
        return Experiment.model_validate(with_needs(values))

    return make


@pytest.fixture
def restored_policy() -> Iterator[None]:
    """The global policy is restored after the test, even if it fails."""
    before = keras.config.dtype_policy()
    yield
    keras.config.set_dtype_policy(before)


@pytest.fixture
def mixed_bfloat16(restored_policy: None) -> None:
    """The global policy of a mixed-precision run."""
    keras.config.set_dtype_policy("mixed_bfloat16")

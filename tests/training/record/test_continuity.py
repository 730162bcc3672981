"""What is told of a run that goes on elsewhere."""

import pytest

from reglab.runs.environment import Environment, collect_environment
from reglab.training.record.continuity import list_changes


@pytest.fixture
def now() -> Environment:
    """A process on JAX."""
    environment = collect_environment("float32", "", "jax", 2, "CPU")
    return environment.model_copy(update={"jax": "0.10.2", "jaxlib": "0.10.2", "memory": 1})


def test_nothing_is_told_where_nothing_has_changed(now: Environment) -> None:
    """The machine's memory decides nothing; what an earlier version did not record is unknown."""
    before = {"memory": 2, "jaxlib": None, "device": None, "python": "3.0"}
    assert list_changes(now, now) == ()
    assert list_changes(now.model_copy(update=before), now) == ()


def test_what_decides_the_last_bit_is_told(now: Environment) -> None:
    """Of the backend's own library, not of another's."""
    before = now.model_copy(update={"threads": 4, "device": "GPU", "jax": "0.9", "tensorflow": "2.0"})
    moved = ("device CPU instead of GPU", "threads 2 instead of 4")
    assert list_changes(before, now) == (*moved, "JAX 0.10.2 instead of 0.9")
    on_tensorflow = now.model_copy(update={"backend": "tensorflow", "tensorflow": "2.21.0"})
    assert list_changes(before, on_tensorflow) == (*moved, "TensorFlow 2.21.0 instead of 2.0")

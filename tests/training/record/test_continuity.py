"""Runs that resume with another environment."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reglab.backend.precision import Choice
from reglab.backend.start import Backend
from reglab.experiment import Experiment
from reglab.runs.environment import Environment, collect_environment, read_environment
from reglab.runs.history import Epoch
from reglab.runs.layout import RunDirectory
from reglab.training.loop.state import State
from reglab.training.record.checkpoint import Checkpoint
from reglab.training.record.continuity import list_changes, note_environment, read_changes
from reglab.training.record.journal import Journal
from reglab.training.subject import Subject


@pytest.fixture
def now() -> Environment:
    """A process on JAX."""
    environment = collect_environment("float32", "", "jax", 2, "CPU")
    return environment.model_copy(update={"jax": "0.10.2", "jaxlib": "0.10.2", "memory": 1})


def test_equal_environments_have_no_changes(now: Environment) -> None:
    """The machine's memory decides nothing; what an earlier version did not record is unknown."""
    before = {"memory": 2, "jaxlib": None, "device": None, "python": "3.0"}
    assert list_changes(now, now) == ()
    assert list_changes(now.model_copy(update=before), now) == ()


def test_changes_that_decide_the_last_bit(now: Environment) -> None:
    """Of the backend's own library, not of another's."""
    before = now.model_copy(update={"threads": 4, "device": "GPU", "jax": "0.9", "tensorflow": "2.0"})
    moved = ("device GPU → CPU", "threads 4 → 2")
    assert list_changes(before, now) == (*moved, "JAX 0.9 → 0.10.2")
    on_tensorflow = now.model_copy(update={"backend": "tensorflow", "tensorflow": "2.21.0"})
    assert list_changes(before, on_tensorflow) == (*moved, "TensorFlow 2.0 → 2.21.0")


def test_another_machine(now: Environment) -> None:
    """Its processor decides the last bit, not its name or its number of cores."""
    twin = now.model_copy(update={"host": "node7", "cores": now.cores + 1})
    assert list_changes(twin, now) == ()
    other = twin.model_copy(update={"processor": "Z80"})
    assert list_changes(other, now) == (f"processor Z80 → {now.processor}",)


def test_each_change_leaves_a_mark(
    tmp_path: Path,
    make_experiment: Callable[..., Experiment],
    make_subject: Callable[[Experiment], Subject],
) -> None:
    """An entry for each attempt that changed something since the one before it; the start is kept."""
    run = RunDirectory(tmp_path / "tiny" / "seed-0")
    run.create()
    subject = make_subject(make_experiment(epochs=9))
    seen = []
    for epoch, threads in enumerate((2, 4, 4, 2), start=1):
        journal = Journal(run, subject, "tensorflow")
        backend = Backend("tensorflow", False, threads, Choice("float32", "for a test"))
        environment, changes = note_environment(journal, backend)
        assert environment.threads == threads
        seen.append(changes)
        row = Epoch(epoch, 1.0, 1e-3, 2.0, 0.1, 2.0, 1.9, 0.3, 1.95, 0.25, 0.0, 0.05, 0.05)
        kernel = np.zeros(3, np.float32)
        journal.record(
            Checkpoint(row, "float32", "tensorflow", State(row.epoch, 0, False, {"kernel": kernel}))
        )
    assert seen == [(), ("threads 2 → 4",), (), ("threads 4 → 2",)]
    assert read_environment(run.environment).threads == 2
    assert read_changes(run) == ("threads 2 → 4 from epoch 2", "threads 4 → 2 from epoch 4")


def test_changes_of_an_unreadable_environment(tmp_path: Path) -> None:
    """None are known."""
    assert read_changes(RunDirectory(tmp_path)) == ()

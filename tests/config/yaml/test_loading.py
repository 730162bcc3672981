"""Defaults, names, and the optimizer of a file that does not name one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reglab.config.optimizer import SGD, AdamW
from reglab.config.schedule import Constant, Cosine
from reglab.experiment import Experiment

Load = Callable[..., Experiment]
Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("mp_do-2.yaml", "mp_do-2"),
        ("v1.5+.yaml", "v1.5+"),
        ("two words (1).yaml", "two-words-1-"),
        ("_hidden.yaml", "hidden"),
        ("Größe.yaml", "Größe"),
        ("Gro\u0308ße.yaml", "Größe"),
        ("网络 2.yaml", "网络-2"),
        ("दो.yaml", "दो"),
        ("\u0308a.yaml", "a"),
        ("👩‍🔬.yaml", "experiment"),
        ("²x.yaml", "²x"),
        (f"{'a' * 100}.yaml", "a" * 80),
        (f"{'网' * 70}.yaml", "网" * 66),
        ("no_ending", "no_ending"),
    ],
)
def test_an_experiment_has_the_name_of_its_file(write: Write, file: str, name: str) -> None:
    """Characters that a name may not contain are replaced or removed."""
    assert Experiment.load(write("title: a", file)) == Experiment(name=name, title="a")


def test_a_given_name_replaces_that_of_the_file(load: Load) -> None:
    """The name may be given in the file or on the command line."""
    assert load("name: own").name == "own"
    assert load("name: own", "name=typed").name == "typed"


@pytest.mark.parametrize(
    ("text", "overrides"),
    [
        ("training: {optimizer: {learning_rate: 0.1}, schedule: {warmup_epochs: 2}}", []),
        ("title: a", ["training.optimizer.learning_rate=0.1", "training.schedule.warmup_epochs=2"]),
        ("title: a", ["training={optimizer: {learning_rate: 0.1}, schedule: {warmup_epochs: 2}}"]),
        ("extends: parent.yaml", ["training.schedule={warmup_epochs: 2}"]),
        ("extends: parent.yaml\ntraining: {schedule: {warmup_epochs: 2}}", []),
    ],
)
def test_a_mapping_without_a_name_changes_the_default(
    load: Load, write: Write, text: str, overrides: list[str]
) -> None:
    """In the file, in its parent, and on the command line."""
    write("training: {optimizer: {learning_rate: 0.1}}", "parent.yaml")
    training = load(text, *overrides).training
    assert training.optimizer == AdamW(learning_rate=0.1)
    assert training.schedule == Constant(warmup_epochs=2)


def test_another_kind_does_not_inherit_parameters(load: Load, write: Write) -> None:
    """Parameters of a parent are removed."""
    write("training: {optimizer: {learning_rate: 0.1}}", "parent.yaml")
    child = load("extends: parent.yaml\ntraining: {optimizer: {name: sgd}, schedule: {name: cosine}}")
    assert (child.training.optimizer, child.training.schedule) == (SGD(), Cosine())


def test_an_inherited_kind_is_kept(load: Load, write: Write) -> None:
    """A mapping without a name changes the inherited optimizer, not the default."""
    write("training: {optimizer: {name: sgd, momentum: 0.9}}", "parent.yaml")
    child = load("extends: parent.yaml\ntraining: {optimizer: {learning_rate: 1e-4}}")
    assert child.training.optimizer == SGD(learning_rate=1e-4, momentum=0.9)

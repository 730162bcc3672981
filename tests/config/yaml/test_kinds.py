"""An optimizer or schedule that is not named is the default's kind."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field
from reglab.config.schema import BareExperiment

from reglab.config.base import Frozen
from reglab.config.optimizer import SGD, AdamW
from reglab.config.schedule import Constant, Cosine
from reglab.config.yaml.kinds import imply_kinds
from reglab.experiment import Experiment

Load = Callable[..., Experiment]
Write = Callable[..., Path]


def test_the_kinds_are_those_of_the_schema_s_defaults() -> None:
    """And nothing else is implied."""
    assert imply_kinds(Experiment) == {
        "training": {
            "optimizer": AdamW().model_dump(mode="json"),
            "schedule": Constant().model_dump(mode="json"),
        }
    }


def test_another_schema_implies_its_own_default() -> None:
    """With the parameters that its default has."""

    class Plain(Frozen):
        name: Literal["plain"] = "plain"

    class Fancy(Frozen):
        name: Literal["fancy"] = "fancy"
        rate: float = 1.0

    class Section(Frozen):
        count: int = 1
        way: Annotated[Plain | Fancy, Field(discriminator="name")] = Fancy(rate=2.0)

    class WithSection(BareExperiment):
        section: Section = Field(default_factory=Section)

    assert imply_kinds(WithSection)["section"] == {"way": {"name": "fancy", "rate": 2.0}}


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
    """In a file, inherited, and from the command line."""
    write("training: {optimizer: {learning_rate: 0.1}}", "parent.yaml")
    training = load(text, *overrides).training
    assert training.optimizer == AdamW(learning_rate=0.1)
    assert training.schedule == Constant(warmup_epochs=2)


def test_another_kind_takes_nothing_from_the_one_that_was_not_named(load: Load, write: Write) -> None:
    """As where the parent, or an earlier override, had named it."""
    write("training: {optimizer: {learning_rate: 0.1}}", "parent.yaml")
    child = load("extends: parent.yaml\ntraining: {optimizer: {name: sgd}, schedule: {name: cosine}}")
    assert (child.training.optimizer, child.training.schedule) == (SGD(), Cosine())
    typed = load("title: a", "training.optimizer.learning_rate=0.1", "training.optimizer.name=sgd")
    assert typed.training.optimizer == SGD()


def test_a_kind_that_is_named_further_up_stays(load: Load, write: Write) -> None:
    """A mapping without a name changes what is inherited, not the default."""
    write("training: {optimizer: {name: sgd, momentum: 0.9}}", "parent.yaml")
    child = load("extends: parent.yaml\ntraining: {optimizer: {learning_rate: 0.1}}")
    assert child.training.optimizer == SGD(learning_rate=0.1, momentum=0.9)


def test_a_key_of_another_kind_is_unknown(complaints: Callable[..., list[str]]) -> None:
    """The message lists the default's own."""
    assert complaints("training: {optimizer: {momentum: 0.9}}") == [
        "x.yaml:1: training.optimizer.momentum: unknown key; expected one of name, learning_rate, "
        "weight_decay, beta_1, beta_2, epsilon"
    ]

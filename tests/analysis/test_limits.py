"""Runs at chance level and validation on the test set are named."""

from collections.abc import Callable

import pytest

from reglab.analysis.comparison import compare_runs
from reglab.analysis.value import Value
from reglab.runs.finding import RunRecord

Maker = Callable[..., RunRecord]
TEN = tuple("abcdefghij")
HELD_OUT = {"test_accuracy": 0.5, "classes": TEN}


@pytest.mark.parametrize(("accuracy", "at_chance"), [(0.05, True), (0.109, True), (0.1091, False)])
def test_chance_is_three_standard_errors_wide(make_record: Maker, accuracy: float, at_chance: bool) -> None:
    """With 10,000 images and ten classes, 0.1 + 3 · √(0.1 · 0.9 / 10,000) = 0.109."""
    notes = compare_runs([make_record("mp", 0, [accuracy], **HELD_OUT)]).notes
    assert bool(notes) == at_chance


def test_the_seeds_at_chance_are_named(make_record: Maker) -> None:
    """One sentence for each experiment; without names of classes, chance is not known."""
    records = [
        *(make_record("mp", seed, [accuracy], **HELD_OUT) for seed, accuracy in enumerate((0.1, 0.5, 0.1))),
        make_record("bn", 3, [0.1], **HELD_OUT),
        make_record("do", 0, [0.1], test_accuracy=0.1),
    ]
    assert compare_runs(records).notes == (
        "CNN + MP, seeds 0, 2: at chance level; the validation accuracy is not more than 3 standard errors "
        "above 1 / 10",
        "CNN + BN, seed 3: at chance level; the validation accuracy is not more than 3 standard errors "
        "above 1 / 10",
    )


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("final", "a setting that was chosen on it has no independent test"),
        ("tail", "a setting that was chosen on it has no independent test"),
        ("best", "the best epoch was chosen on it, so its accuracy is too high"),
    ],
)
def test_validation_on_the_test_set(make_record: Maker, value: Value, problem: str) -> None:
    """It is named, with the experiments if not all do it; the best epoch is worse than a setting."""
    records = [make_record("mp", 0, [0.5]), make_record("bn", 0, [0.5])]
    assert compare_runs(records, value=value).notes == (f"the validation set is the test set: {problem}",)
    records[1] = make_record("bn", 0, [0.5], **HELD_OUT)
    assert compare_runs(records, value=value).notes == (
        f"the validation set of CNN + MP is the test set: {problem}",
    )

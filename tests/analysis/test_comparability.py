"""What is not comparable is said."""

from collections.abc import Callable

import pytest

from reglab.analysis.comparison import compare_runs
from reglab.runs.finding import RunRecord

Maker = Callable[..., RunRecord]


def test_same_conditions_need_no_note(make_record: Maker) -> None:
    """Experiments under the same conditions have no notes."""
    assert compare_runs([make_record("mp", 0, [0.5]), make_record("bn", 0, [0.6])]).notes == ()


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        (
            {"dataset": "synthetic shapes"},
            "CNN + BN ran on synthetic shapes; the others ran on CIFAR-10: not comparable",
        ),
        (
            {"validation": "held-out 10 % of train", "validation_images": 5000},
            "validation of CNN + BN is the held-out 10 % of train (5,000 images); "
            "validation of the others is the test set (10,000 images): not comparable",
        ),
        (
            {"train_images": 2000},
            "CNN + BN trained on 2,000 images; the others trained on 50,000 images: not on equal terms",
        ),
        (
            {"settings": "sgd 0.1"},
            "CNN + BN trained with sgd 0.1; the others trained with adamw 0.001: not on equal terms",
        ),
        (
            {"clean_images": 500},
            "clean accuracy of CNN + BN is of 500 training images; clean accuracy of the others is of "
            "5,000 training images: the gaps are not equally exact",
        ),
        (
            {"weights_epoch": 0},
            "CNN + BN kept the weights of the epoch that did best on the validation images "
            "(early stopping), which favours it there",
        ),
        ({"epochs": 7}, "CNN + BN had 7 epochs; the others had 1 epochs: not on equal terms"),
        (
            {"precision": "mixed_bfloat16"},
            "CNN + BN computed in mixed_bfloat16; the others computed in float32: "
            "small differences may come from that",
        ),
    ],
)
def test_the_odd_one_is_named(make_record: Maker, changes: dict[str, object], note: str) -> None:
    """The one that differs is set against the others."""
    records = [
        make_record("mp", 0, [0.5]),
        make_record("bn", 0, [0.6], **changes),
        make_record("do", 0, [0.6]),
    ]
    assert compare_runs(records).notes == (note,)


def test_two_experiments_are_both_named(make_record: Maker) -> None:
    """With two there are no others."""
    records = [make_record("mp", 0, [0.5]), make_record("bn", 0, [0.6], dataset="MNIST")]
    assert compare_runs(records).notes == ("CNN + BN ran on MNIST; CNN + MP ran on CIFAR-10: not comparable",)


def test_mixed_seeds_are_noticed(make_record: Maker) -> None:
    """Seeds of one folder that were run with different settings are not one experiment."""
    records = [make_record("mp", 0, [0.5]), make_record("mp", 1, [0.5], parameters=7)]
    assert compare_runs(records).notes == (
        "the seeds of CNN + MP differ in parameters: they are not one experiment",
    )

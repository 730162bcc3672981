"""Experiments that are trained on the same batches."""

from collections.abc import Callable

import pytest

from reglab.errors import ExperimentError
from reglab.experiment import Experiment
from reglab.live.lab.changes import list_changes
from reglab.live.lab.pair import align, without_regularizers


def test_the_other_one_gets_the_batches(make_experiment: Callable[..., Experiment]) -> None:
    """Images, seed, batch size and epochs are those of yours; everything else stays."""
    yours = make_experiment(seed=4, batch_size=20, epochs=7, data={"clean": 20})
    other = make_experiment(
        name="other",
        model={"dense": (9,)},
        regularizers={"dropout": {"rate": 0.25}},
    ).with_changes({"training.optimizer.learning_rate": 0.005})
    aligned = align(other, yours)
    assert {each.key for each in list_changes(yours, aligned)} == {
        "model.dense",
        "regularizers.dropout",
        "training.optimizer.learning_rate",
    }
    assert {each.key for each in list_changes(other, aligned)} == {
        "data.clean",
        "training.seed",
        "training.batch_size",
        "training.epochs",
    }


def test_one_that_cannot_have_the_images(make_experiment: Callable[..., Experiment]) -> None:
    """Pooling four times needs larger images than 8 × 8 pixels."""
    other = make_experiment(
        data={"image_size": 32},
        model={"groups": ((4,), (4,), (4,), (4,))},
        regularizers={"max_pooling": {}},
    )
    with pytest.raises(ExperimentError, match="pooling"):
        align(other, make_experiment())


def test_without_regularizers(make_experiment: Callable[..., Experiment]) -> None:
    """Network, optimizer and images are the same."""
    yours = make_experiment(regularizers={"dropout": {}, "max_pooling": {}, "l2": {}})
    baseline = without_regularizers(yours)
    assert not baseline.regularizers.names
    assert baseline.label == "No regularizers"
    assert {each.key for each in list_changes(baseline, yours)} == {
        f"regularizers.{name}" for name in ("dropout", "max_pooling", "l2")
    }

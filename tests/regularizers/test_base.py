"""Positions of the walk, and the description of a regularizer."""

import pytest

from reglab.regularizers.base import Advice, Position
from reglab.regularizers.cutmix import CutMix
from reglab.regularizers.dropout import Dropout
from reglab.regularizers.early_stopping import EarlyStopping
from reglab.regularizers.ema import EMA
from reglab.regularizers.jacobian_penalty import JacobianPenalty
from reglab.regularizers.label_smoothing import LabelSmoothing
from reglab.regularizers.max_pooling import MaxPooling
from reglab.regularizers.weight_decay import WeightDecay


def test_a_key_is_fixed_by_seed_layer_and_technique() -> None:
    """The same three give the same key, in any process."""
    assert Position("dense_1", "dense", 7).key("dropout") == 2_066_863_963


@pytest.mark.parametrize(
    "other",
    [
        Position("dense_1", "dense", 8).key("dropout"),
        Position("dense_2", "dense", 7).key("dropout"),
        Position("dense_1", "dense", 7).key("gaussian_noise"),
    ],
)
def test_another_seed_layer_or_technique_has_another_key(other: int) -> None:
    """Each of the three changes it."""
    assert other != Position("dense_1", "dense", 7).key("dropout")


def test_keys_are_seeds_that_every_backend_accepts() -> None:
    """In [0, 2³¹), all different, over the whole range."""
    keys = [Position(f"conv_{index}", "convolution", 0).key("x") for index in range(1000)]
    assert min(keys) >= 0
    assert max(keys) < 2**31
    assert max(keys) > 2**30
    assert len(set(keys)) == 1000


def test_description_names_the_parameters_that_are_set() -> None:
    """One line as in YAML, without null parameters."""
    assert MaxPooling().describe() == "Max pooling {pool_size: 2, padding: valid}"
    assert Dropout(rate=0.4).describe() == "Dropout {rate: 0.4, groups: 0.0, spatial: false}"


def test_training_seats_are_those_that_are_overridden() -> None:
    """Seats in the network are not among them."""
    assert Dropout.training_seats() == ()
    assert LabelSmoothing.training_seats() == ("loss",)
    assert WeightDecay.training_seats() == ("optimizer",)
    assert EarlyStopping.training_seats() == ("callbacks",)
    assert CutMix.training_seats() == ("images and labels",)
    assert JacobianPenalty.training_seats() == ("extra loss",)
    assert EMA.training_seats() == ("measured weights",)


def test_advice_ends_with_its_reference() -> None:
    """The sentence, then its source."""
    assert str(Advice("too much", "Someone, 2014")) == "too much (Someone, 2014)"

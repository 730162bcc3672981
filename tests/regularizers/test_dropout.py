"""Dropout: its numbers, its seats, its advice and its conflict."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
from pydantic import ValidationError

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Position
from reglab.regularizers.dropout import Dropout

PAPER = "(Srivastava et al., Dropout, JMLR 15, 2014)"


def test_training_zeroes_the_fraction_and_scales_the_rest(dense: Position) -> None:
    """Kept values are x / (1 − rate); the share of 20,000 draws is within four deviations of the rate."""
    (layer,) = Dropout(rate=0.4).before_dense(dense)
    vectors = np.random.default_rng(0).uniform(1, 2, size=(100, 200)).astype("float32")
    got = keras.ops.convert_to_numpy(layer(vectors, training=True))
    kept = got != 0
    np.testing.assert_allclose(got[kept], vectors[kept] / 0.6, rtol=1e-6)
    assert abs((1 - kept.mean()) - 0.4) < 4 * np.sqrt(0.4 * 0.6 / kept.size)


@pytest.mark.usefixtures("mixed_bfloat16")
@pytest.mark.parametrize("spatial", [False, True])
@pytest.mark.parametrize("rate", [0.3, 0.01])
def test_mixed_precision_drops_the_same_values(rate: float, spatial: bool) -> None:
    """Draws in float32: the share is the rate, the mean 1, and the mask that of a float32 layer."""
    position = Position("group_1", "group", seed=3)
    (layer,) = Dropout(groups=rate, spatial=spatial).end_of_group(position)
    maps = np.ones((1000, 2, 2, 100), "float32")
    got = keras.ops.convert_to_numpy(layer(keras.ops.cast(maps, "bfloat16"), training=True))
    assert got.dtype == np.float32
    independent = maps.size / (4 if spatial else 1)
    deviation = np.sqrt(rate * (1 - rate) / independent)
    assert abs((got == 0).mean() - rate) < 4 * deviation
    assert abs(got.mean() - 1) < 4 * deviation / (1 - rate)
    keras.config.set_dtype_policy("float32")
    (single,) = Dropout(groups=rate, spatial=spatial).end_of_group(position)
    np.testing.assert_array_equal(got, keras.ops.convert_to_numpy(single(maps, training=True)))


def test_inference_changes_nothing(dense: Position) -> None:
    """The same values."""
    (layer,) = Dropout().before_dense(dense)
    vectors = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(layer(vectors, training=False)), vectors)


def test_the_same_position_drops_the_same_units(dense: Position, output: Position) -> None:
    """Seeds are keyed by position: equal for one position, different for two."""
    ones = np.ones((20, 20), "float32")
    first, again, elsewhere = (
        keras.ops.convert_to_numpy(Dropout().before_dense(position)[0](ones, training=True))
        for position in (dense, dense, output)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != elsewhere).any()


def test_spatial_dropout_drops_whole_maps(group: Position) -> None:
    """Each map of each image is kept or dropped as a whole."""
    (layer,) = Dropout(groups=0.5, spatial=True).end_of_group(group)
    got = keras.ops.convert_to_numpy(layer(np.ones((8, 3, 3, 16), "float32"), training=True))
    per_map = got.reshape(8, 9, 16)
    assert (per_map.min(axis=1) == per_map.max(axis=1)).all()
    assert set(np.unique(got)) == {0, 2}


def test_a_rate_of_zero_takes_no_seat(dense: Position, group: Position) -> None:
    """No layer is added."""
    assert Dropout(rate=0).before_dense(dense) == ()
    assert Dropout().end_of_group(group) == ()


@pytest.mark.parametrize("values", [{"rate": 1}, {"rate": -0.1}, {"groups": 1}, {"groups": -0.1}])
def test_rates_out_of_bounds_are_rejected(values: dict[str, object]) -> None:
    """Rates in [0, 1)."""
    with pytest.raises(ValidationError):
        Dropout.model_validate(values)


@pytest.mark.parametrize("rate", [0, 0.2, 0.5])
def test_usual_rates_have_no_advice(make_setup: Callable[..., Setup], rate: float) -> None:
    """0.2 to 0.5, and 0."""
    assert list(Dropout(rate=rate).advice(make_setup())) == []


def test_unusual_rates_and_groups_are_advised_against(make_setup: Callable[..., Setup]) -> None:
    """One advice for the rate and one for the groups."""
    assert [str(advice) for advice in Dropout(rate=0.7, groups=0.1).advice(make_setup())] == [
        f"dropout rate 0.7 is outside 0.2 to 0.5 {PAPER}",
        f"dropout after groups of convolutions rarely helps, since they have few parameters {PAPER}",
    ]


def test_spatial_without_groups_is_a_conflict(make_setup: Callable[..., Setup]) -> None:
    """`spatial` without `groups` has no effect."""
    assert list(Dropout(groups=0.1, spatial=True).conflicts(make_setup())) == []
    assert list(Dropout(spatial=True).conflicts(make_setup())) == [
        Conflict("spatial", "spatial has no effect while groups is 0; set groups above 0 or remove spatial")
    ]


def test_rates_of_0_only_are_a_conflict(make_setup: Callable[..., Setup]) -> None:
    """One rate above 0 is enough."""
    assert list(Dropout(rate=0, groups=0.1).conflicts(make_setup())) == []
    assert list(Dropout(rate=0).conflicts(make_setup())) == [
        Conflict(
            "", "dropout has no effect while rate and groups are 0; set one of them above 0 or remove dropout"
        )
    ]

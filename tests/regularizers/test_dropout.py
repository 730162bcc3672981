"""Dropout: what it zeroes, where it sits, and when it is silent."""

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
    """Kept values are x / (1 − rate); 20,000 draws lie within four deviations of the rate."""
    (layer,) = Dropout(rate=0.4).before_dense(dense)
    vectors = np.random.default_rng(0).uniform(1, 2, size=(100, 200)).astype("float32")
    got = keras.ops.convert_to_numpy(layer(vectors, training=True))
    kept = got != 0
    np.testing.assert_allclose(got[kept], vectors[kept] / 0.6, rtol=1e-6)
    assert abs((1 - kept.mean()) - 0.4) < 4 * np.sqrt(0.4 * 0.6 / kept.size)


def test_inference_changes_nothing(dense: Position) -> None:
    """The same array comes out."""
    (layer,) = Dropout().before_dense(dense)
    vectors = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(layer(vectors, training=False)), vectors)


def test_the_same_place_drops_the_same_units(dense: Position, output: Position) -> None:
    """Seeds are keyed by position: equal for one position, different for two."""
    ones = np.ones((20, 20), "float32")
    first, again, elsewhere = (
        keras.ops.convert_to_numpy(Dropout().before_dense(position)[0](ones, training=True))
        for position in (dense, dense, output)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != elsewhere).any()


def test_spatial_dropout_leaves_out_whole_maps(group: Position) -> None:
    """Each map of each image is all there or all gone."""
    (layer,) = Dropout(groups=0.5, spatial=True).end_of_group(group)
    got = keras.ops.convert_to_numpy(layer(np.ones((8, 3, 3, 16), "float32"), training=True))
    per_map = got.reshape(8, 9, 16)
    assert (per_map.min(axis=1) == per_map.max(axis=1)).all()
    assert set(np.unique(got)) == {0, 2}


def test_a_rate_of_zero_takes_no_seat(dense: Position, group: Position) -> None:
    """No layer, rather than one that does nothing."""
    assert Dropout(rate=0).before_dense(dense) == ()
    assert Dropout().end_of_group(group) == ()


@pytest.mark.parametrize("values", [{"rate": 1}, {"rate": -0.1}, {"groups": 1}, {"groups": -0.1}])
def test_rates_out_of_bounds_are_rejected(values: dict[str, object]) -> None:
    """Rates in [0, 1)."""
    with pytest.raises(ValidationError):
        Dropout.model_validate(values)


@pytest.mark.parametrize("rate", [0, 0.2, 0.5])
def test_usual_rates_pass(make_setup: Callable[..., Setup], rate: float) -> None:
    """0.2 to 0.5, and none at all."""
    assert list(Dropout(rate=rate).advice(make_setup())) == []


def test_unusual_rates_and_groups_are_advised_against(make_setup: Callable[..., Setup]) -> None:
    """Both sentences whole."""
    assert [str(advice) for advice in Dropout(rate=0.7, groups=0.1).advice(make_setup())] == [
        f"dropout rate 0.7 is outside 0.2 to 0.5 {PAPER}",
        f"dropout after convolutional groups rarely helps: they have few parameters to overfit with {PAPER}",
    ]


def test_maps_that_are_not_dropped_are_not_dropped_whole(make_setup: Callable[..., Setup]) -> None:
    """`spatial` without `groups` would do nothing."""
    assert list(Dropout(groups=0.1, spatial=True).conflicts(make_setup())) == []
    assert list(Dropout(spatial=True).conflicts(make_setup())) == [
        Conflict("spatial", "expected it with groups above 0 only, got true with groups: 0")
    ]

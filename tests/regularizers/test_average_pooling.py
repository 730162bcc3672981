"""Average pooling: its numbers and its conflicts."""

from collections.abc import Callable

import keras
import numpy as np
import pytest

from reglab.config.setup import Setup
from reglab.regularizers.average_pooling import AveragePooling
from reglab.regularizers.base import Position


@pytest.mark.parametrize("training", [True, False])
def test_each_window_becomes_its_mean(group: Position, training: bool) -> None:
    """Overlapping windows of 3, 2 apart, as NumPy finds them; the same in training and inference."""
    maps = np.random.default_rng(0).normal(size=(2, 7, 7, 3)).astype("float32")
    (layer,) = AveragePooling(pool_size=3, strides=2).end_of_group(group)
    windows = np.lib.stride_tricks.sliding_window_view(maps, (3, 3), axis=(1, 2))[:, ::2, ::2]
    got = keras.ops.convert_to_numpy(layer(maps, training=training))
    np.testing.assert_allclose(got, windows.mean(axis=(-2, -1)), rtol=1e-5, atol=1e-6)
    assert layer.name == "group_1_average_pooling"


def test_padded_windows_average_what_is_inside(group: Position) -> None:
    """With `same`, the last window of a side of 3 has one pixel, and its mean is that pixel."""
    (layer,) = AveragePooling(padding="same").end_of_group(group)
    maps = np.arange(9, dtype="float32").reshape(1, 3, 3, 1)
    got = keras.ops.convert_to_numpy(layer(maps))[0, :, :, 0]
    np.testing.assert_array_equal(got, [[2, 3.5], [6.5, 8]])


def test_both_kinds_of_pooling_are_a_conflict(make_setup: Callable[..., Setup]) -> None:
    """One conflict, with its solution."""
    both = make_setup(regularizers={"max_pooling": {}, "average_pooling": {}})
    (problem,) = AveragePooling().conflicts(both)
    assert problem.key == ""
    assert problem.message == (
        "average_pooling and max_pooling cannot be combined; remove one of them, as in max_pooling: null"
    )


def test_a_window_that_does_not_fit_is_a_conflict(make_setup: Callable[..., Setup]) -> None:
    """28 pixels fit a window of 4 twice, not three times."""
    (problem,) = AveragePooling(pool_size=4).conflicts(make_setup(data={"dataset": "mnist"}))
    assert problem.key == "pool_size"

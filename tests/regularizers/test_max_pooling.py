"""Max pooling: its numbers and its conflict."""

from collections.abc import Callable

import keras
import numpy as np
import pytest

from reglab.config.setup import Setup
from reglab.regularizers.base import Position
from reglab.regularizers.max_pooling import MaxPooling


@pytest.mark.parametrize("training", [True, False])
def test_each_window_becomes_its_maximum(group: Position, training: bool) -> None:
    """Overlapping windows of 3, 2 apart, as NumPy finds them; the same in training and inference."""
    maps = np.random.default_rng(0).normal(size=(2, 7, 7, 3)).astype("float32")
    (layer,) = MaxPooling(pool_size=3, strides=2).end_of_group(group)
    windows = np.lib.stride_tricks.sliding_window_view(maps, (3, 3), axis=(1, 2))[:, ::2, ::2]
    got = keras.ops.convert_to_numpy(layer(maps, training=training))
    np.testing.assert_array_equal(got, windows.max(axis=(-2, -1)))
    assert layer.name == "group_1_max_pooling"


def test_a_window_that_does_not_fit_is_a_conflict(make_setup: Callable[..., Setup]) -> None:
    """32 pixels can be halved five times, not six."""
    five = make_setup(model={"groups": ((8,),) * 5})
    six = make_setup(model={"groups": ((8,),) * 6})
    assert list(MaxPooling().conflicts(five)) == []
    (problem,) = MaxPooling().conflicts(six)
    assert problem.key == "pool_size"
    assert problem.message == (
        "a window of 2×2 does not fit the feature maps of group 6, which have 1×1 pixels; "
        "reduce pool_size or strides, or use fewer groups"
    )

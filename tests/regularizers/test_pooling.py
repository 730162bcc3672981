"""The windows that max and average pooling share."""

from collections.abc import Callable
from typing import Literal

import keras
import pytest
from pydantic import ValidationError

from reglab.config.setup import Setup
from reglab.regularizers.pooling import Pooling


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("pool_size", "strides"), [(2, None), (3, 2), (2, 3), (5, 1)])
@pytest.mark.parametrize("side", [6, 7, 32])
def test_side_is_that_of_keras(
    side: int, pool_size: int, strides: int | None, padding: Literal["valid", "same"]
) -> None:
    """The computed side is that of the layer's output."""
    layer = keras.layers.MaxPooling2D(pool_size, strides, padding)
    pooling = Pooling(pool_size=pool_size, strides=strides, padding=padding)
    assert pooling.side_after(side) == layer.compute_output_shape((1, side, side, 1))[1]


@pytest.mark.parametrize(
    "values",
    [{"pool_size": 0}, {"pool_size": 17}, {"strides": 0}, {"strides": 17}, {"padding": "full"}],
)
def test_values_out_of_bounds_are_rejected(values: dict[str, object]) -> None:
    """Windows and strides of 1 to 16 pixels, Keras's paddings."""
    with pytest.raises(ValidationError):
        Pooling.model_validate(values)


@pytest.mark.parametrize(("strides", "count"), [(None, 1), (1, 1), (2, 0)])
def test_windows_of_one_pixel_are_a_conflict(
    make_setup: Callable[..., Setup], strides: int | None, count: int
) -> None:
    """Windows of one pixel that skip pixels make the maps smaller, others change nothing."""
    conflicts = list(Pooling(pool_size=1, strides=strides).window_conflicts(make_setup()))
    assert [conflict.key for conflict in conflicts] == ["pool_size"] * count

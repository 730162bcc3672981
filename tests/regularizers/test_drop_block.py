"""DropBlock: its masks against SciPy, its scale, and when it acts."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
from pydantic import ValidationError
from scipy import ndimage

from reglab.config.setup import Setup
from reglab.regularizers.base import Position
from reglab.regularizers.drop_block import DropBlock
from reglab.regularizers.layers.drop_block import spread_blocks


def drop(technique: DropBlock, position: Position, maps: np.ndarray) -> np.ndarray:
    (layer,) = technique.end_of_group(position)
    return np.asarray(keras.ops.convert_to_numpy(layer(maps, training=True)))


@pytest.mark.parametrize("block", [1, 2, 3, 4])
def test_blocks_are_those_of_scipy(block: int) -> None:
    """Each corner becomes a square, as by SciPy's maximum filter, in each map independently."""
    shape = (3, 8 - block, 9 - block, 2)
    corners = np.random.default_rng(0).random(shape) < 0.1
    got = keras.ops.convert_to_numpy(spread_blocks(corners.astype("float32"), block))
    padded = np.pad(corners, ((0, 0), (0, block - 1), (0, block - 1), (0, 0)))
    # SciPy's window is centred; this one ends at the pixel.
    shift = block - 1 - block // 2
    expected = ndimage.maximum_filter(
        padded.astype("float32"), (1, block, block, 1), origin=(0, shift, shift, 0), mode="constant"
    )
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize(("rate", "block"), [(0.1, 7), (0.3, 3), (0.05, 1)])
def test_the_dropped_share_follows_from_gamma(group: Position, rate: float, block: int) -> None:
    """An inner value is dropped if one of its B² corners is drawn: 1 − (1 − γ)^(B²)."""
    side = 20
    dropped = (
        drop(DropBlock(rate=rate, block_size=block), group, np.ones((400, side, side, 4), "float32")) == 0
    )
    gamma = rate / block**2 * side**2 / (side - block + 1) ** 2
    inner = dropped[:, side // 2, side // 2]
    expected = 1 - (1 - gamma) ** (block**2)
    assert abs(inner.mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / inner.size)


def test_kept_values_are_scaled_by_the_kept_share(group: Position) -> None:
    """The mean of equal values does not change; kept values are x divided by the share of the batch."""
    maps = np.random.default_rng(0).uniform(1, 2, (16, 12, 12, 4)).astype("float32")
    got = drop(DropBlock(rate=0.3, block_size=3), group, maps)
    kept = got != 0
    assert 0.2 < 1 - kept.mean() < 0.35
    np.testing.assert_allclose(got[kept], maps[kept] / kept.mean(), rtol=1e-5)


def test_small_maps_are_dropped_as_one_block(group: Position) -> None:
    """A block of 7 on maps of 4: each map is kept or dropped as a whole, with the rate."""
    got = drop(DropBlock(rate=0.25), group, np.ones((500, 4, 4, 8), "float32"))
    kept = (got != 0).reshape(500, 16, 8)
    assert (kept.all(axis=1) | ~kept.any(axis=1)).all()
    assert abs((1 - kept.mean()) - 0.25) < 4 * np.sqrt(0.25 * 0.75 / 4000)


@pytest.mark.usefixtures("mixed_bfloat16")
def test_small_rates_hold_in_mixed_precision(group: Position) -> None:
    """γ = 0.0003, smaller than the steps of bfloat16 draws; the mask is that of a float32 layer."""
    technique = DropBlock(rate=0.01)
    got = drop(technique, group, keras.ops.ones((2000, 32, 32, 4), "bfloat16"))
    assert 0.009 < (got == 0).mean() < 0.011
    keras.config.set_dtype_policy("float32")
    np.testing.assert_array_equal(got, drop(technique, group, np.ones((2000, 32, 32, 4), "float32")))


def test_inference_is_its_stock_equivalent(group: Position) -> None:
    """The identity, with the same name."""
    (layer,) = DropBlock().end_of_group(group)
    maps = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")
    stock = layer.make_stock()
    assert (type(stock), stock.name) == (keras.layers.Identity, "group_1_drop_block")
    for one in (layer, stock):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(one(maps, training=False)), maps)


def test_steps_differ_and_repeat_from_the_seed(group: Position) -> None:
    """Other blocks in the next step, the same in the same step of a second run."""
    maps = np.ones((4, 16, 16, 4), "float32")
    (first,), (second,) = (DropBlock().end_of_group(group) for _ in range(2))
    one, two = (keras.ops.convert_to_numpy(first(maps, training=True)) for _ in range(2))
    assert (one != two).any()
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(second(maps, training=True)), one)


@pytest.mark.parametrize("values", [{"rate": 0}, {"rate": 1}, {"block_size": 0}, {"block_size": 65}])
def test_values_out_of_bounds_are_rejected(values: dict[str, object]) -> None:
    """Rates in (0, 1), blocks of 1 to 64 pixels."""
    with pytest.raises(ValidationError):
        DropBlock.model_validate(values)


def test_large_rates_are_advised_against(make_setup: Callable[..., Setup]) -> None:
    """Above 0.25."""
    assert list(DropBlock(rate=0.25).advice(make_setup())) == []
    assert [str(advice) for advice in DropBlock(rate=0.5).advice(make_setup())] == [
        "DropBlock rate 0.5 is far above 0.1, the paper's best rate (Ghiasi, Lin and Le, DropBlock, 2018)"
    ]

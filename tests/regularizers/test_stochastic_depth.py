"""Stochastic depth: which images lose their branch, the scale in inference, and the decay over depth."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from pydantic import ValidationError

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Position
from reglab.regularizers.stochastic_depth import StochasticDepth


def apply(layer: Any, maps: Any, training: bool) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(layer(maps, training=training)))


@pytest.mark.parametrize(("depth", "survival"), [(1 / 3, 0.8), (2 / 3, 0.6), (1.0, 0.4)])
def test_survival_decays_linearly(depth: float, survival: float) -> None:
    """Survival is 1 − l / L · (1 − 0.4): 4,000 images, within four deviations."""
    (layer,) = StochasticDepth(survival=0.4).end_of_branch(Position("group_1", "branch", 3, depth))
    kept = apply(layer, np.ones((4000, 1, 1, 1), "float32"), training=True)
    assert abs(kept.mean() - survival) < 4 * np.sqrt(survival * (1 - survival) / 4000)


def test_an_image_keeps_or_loses_its_whole_branch(branch: Position) -> None:
    """Kept values are not scaled, unlike dropout's."""
    (layer,) = StochasticDepth().end_of_branch(branch)
    maps = np.random.default_rng(0).uniform(1, 2, (64, 3, 3, 4)).astype("float32")
    got = apply(layer, maps, training=True)
    kept = (got != 0).reshape(64, -1)
    assert (kept.all(axis=1) | ~kept.any(axis=1)).all()
    np.testing.assert_array_equal(got, maps * kept[:, :1, None, None])


def test_inference_is_its_stock_equivalent(branch: Position) -> None:
    """It scales by p: the layer and Keras's rescaling of the same name."""
    (layer,) = StochasticDepth().end_of_branch(branch)
    maps = np.random.default_rng(0).normal(size=(2, 3, 3, 4)).astype("float32")
    stock = layer.make_stock()
    assert (type(stock), stock.name) == (keras.layers.Rescaling, "group_2_stochastic_depth")
    for one in (layer, stock):
        np.testing.assert_array_equal(apply(one, maps, training=False), maps * np.float32(0.75))


@pytest.mark.usefixtures("mixed_bfloat16")
def test_mixed_precision_drops_the_same_images(branch: Position) -> None:
    """The draws are those of a float32 layer."""
    maps = np.ones((500, 1, 1, 1), "float32")
    (mixed,) = StochasticDepth(survival=0.99).end_of_branch(branch)
    keras.config.set_dtype_policy("float32")
    (single,) = StochasticDepth(survival=0.99).end_of_branch(branch)
    np.testing.assert_array_equal(
        apply(mixed, keras.ops.cast(maps, "bfloat16"), training=True), apply(single, maps, training=True)
    )


def test_steps_differ_and_repeat_from_the_seed(branch: Position) -> None:
    """Other images in the next step, the same in the same step of a second run."""
    maps = np.ones((64, 1, 1, 1), "float32")
    (first,), (second,) = (StochasticDepth().end_of_branch(branch) for _ in range(2))
    one, two = (apply(first, maps, training=True) for _ in range(2))
    assert (one != two).any()
    np.testing.assert_array_equal(apply(second, maps, training=True), one)


@pytest.mark.parametrize("survival", [0, 1])
def test_values_out_of_bounds_are_rejected(survival: float) -> None:
    """Survival in (0, 1)."""
    with pytest.raises(ValidationError):
        StochasticDepth.model_validate({"survival": survival})


def test_unusual_survival_is_advised_against(make_setup: Callable[..., Setup]) -> None:
    """Outside 0.4 to 0.8."""
    assert list(StochasticDepth(survival=0.4).advice(make_setup())) == []
    assert [str(advice) for advice in StochasticDepth(survival=0.9).advice(make_setup())] == [
        "stochastic depth with survival 0.9 is outside 0.4 to 0.8, the best range "
        "(Huang et al., Deep Networks with Stochastic Depth, 2016)"
    ]


def test_a_network_without_branches_is_a_conflict(make_setup: Callable[..., Setup]) -> None:
    """It needs model.residual."""
    assert list(StochasticDepth().conflicts(make_setup(model={"residual": True}))) == []
    assert list(StochasticDepth().conflicts(make_setup())) == [
        Conflict(
            "",
            "stochastic_depth has no effect while model.residual is false; "
            "set model.residual to true or remove stochastic_depth",
        )
    ]

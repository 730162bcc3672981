"""L2: the penalty's numbers, its kernels and its bounds."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
from pydantic import ValidationError

from reglab.config.setup import Setup
from reglab.regularizers.base import Position
from reglab.regularizers.l2 import L2


def test_penalty_is_strength_times_sum_of_squared_weights(dense: Position) -> None:
    """λ · Σ θ², as NumPy sums it, and a layer adds it to its losses."""
    kernel = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
    layer = keras.layers.Dense(4, kernel_regularizer=L2(strength=0.003).kernel_penalty(dense))
    layer.build((None, 6))
    layer.set_weights([kernel, np.ones(4, "float32")])
    (loss,) = layer.losses
    np.testing.assert_allclose(keras.ops.convert_to_numpy(loss), 0.003 * np.square(kernel).sum(), rtol=1e-5)


def test_layers_chooses_the_kernels(convolution: Position, dense: Position, output: Position) -> None:
    """`conv` excludes dense layers, `dense` excludes convolutions."""
    assert L2(layers="conv").kernel_penalty(output) is None
    assert L2(layers="dense").kernel_penalty(convolution) is None
    assert L2(layers="all").kernel_penalty(dense) is not None


@pytest.mark.parametrize("values", [{"strength": 0}, {"strength": 1.1}, {"layers": "bias"}])
def test_values_out_of_bounds_are_rejected(values: dict[str, object]) -> None:
    """Strengths in (0, 1], known kernels."""
    with pytest.raises(ValidationError):
        L2.model_validate(values)


def test_strong_penalty_and_double_decay_are_advised_against(make_setup: Callable[..., Setup]) -> None:
    """Both, in this order."""
    setup = make_setup(regularizers=["l2"])
    assert [str(advice) for advice in L2(strength=0.02).advice(setup)] == [
        "L2 strength 0.02 is strong: at 0.01 and above, the penalty outweighs the cross-entropy and "
        "the network underfits (Goodfellow, Bengio and Courville, Deep Learning, 2016, section 5.2.2)",
        "l2 and AdamW's weight_decay 0.004 each decay the weights: use one of them "
        "(Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019)",
    ]

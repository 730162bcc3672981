"""L1: the penalty's numbers, its kernels and its bounds."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
from pydantic import ValidationError

from reglab.config.setup import Setup
from reglab.regularizers.base import Position
from reglab.regularizers.l1 import L1


def test_penalty_is_strength_times_sum_of_absolute_weights(convolution: Position) -> None:
    """λ · Σ |θ|, as NumPy sums it."""
    kernel = np.random.default_rng(0).normal(size=(3, 3, 4, 8)).astype("float32")
    penalty = L1(strength=0.002).kernel_penalty(convolution)
    assert penalty is not None
    got = keras.ops.convert_to_numpy(penalty(keras.ops.convert_to_tensor(kernel)))
    np.testing.assert_allclose(got, 0.002 * np.abs(kernel).sum(), rtol=1e-5)


def test_layers_chooses_the_kernels(convolution: Position, dense: Position, output: Position) -> None:
    """`conv` excludes dense layers, `dense` excludes convolutions."""
    assert L1(layers="conv").kernel_penalty(dense) is None
    assert L1(layers="dense").kernel_penalty(convolution) is None
    assert L1(layers="dense").kernel_penalty(output) is not None


@pytest.mark.parametrize("values", [{"strength": 0}, {"strength": 1.1}, {"layers": "output"}])
def test_values_out_of_bounds_are_rejected(values: dict[str, object]) -> None:
    """Strengths in (0, 1], known kernels."""
    with pytest.raises(ValidationError):
        L1.model_validate(values)


def test_only_a_strong_penalty_is_advised_against(make_setup: Callable[..., Setup]) -> None:
    """AdamW's weight decay has no effect on the advice."""
    assert list(L1().advice(make_setup())) == []
    assert [str(advice) for advice in L1(strength=0.01).advice(make_setup())] == [
        "L1 strength 0.01 is strong: at 0.01 and above, the penalty outweighs the cross-entropy and "
        "the network underfits (Goodfellow, Bengio and Courville, Deep Learning, 2016, section 5.2.2)"
    ]

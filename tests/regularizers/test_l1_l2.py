"""L1 and L2 together: the penalty's numbers, its kernels and its bounds."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
from pydantic import ValidationError

from reglab.config.setup import Setup
from reglab.regularizers.base import Position
from reglab.regularizers.l1_l2 import L1L2


def test_penalty_is_the_sum_of_both(output: Position) -> None:
    """λ₁ · Σ |θ| + λ₂ · Σ θ², as NumPy sums it."""
    kernel = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
    penalty = L1L2(l1=0.002, l2=0.03).kernel_penalty(output)
    assert penalty is not None
    got = keras.ops.convert_to_numpy(penalty(keras.ops.convert_to_tensor(kernel)))
    expected = 0.002 * np.abs(kernel).sum() + 0.03 * np.square(kernel).sum()
    np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_layers_chooses_the_kernels(convolution: Position, dense: Position) -> None:
    """`conv` excludes dense layers, `dense` excludes convolutions."""
    assert L1L2(layers="conv").kernel_penalty(dense) is None
    assert L1L2(layers="dense").kernel_penalty(convolution) is None


@pytest.mark.parametrize("values", [{"l1": 0}, {"l1": 1.1}, {"l2": 0}, {"l2": 1.1}, {"layers": 1}])
def test_values_out_of_bounds_are_rejected(values: dict[str, object]) -> None:
    """Strengths in (0, 1], known kernels."""
    with pytest.raises(ValidationError):
        L1L2.model_validate(values)


def test_each_strength_has_its_advice(make_setup: Callable[..., Setup]) -> None:
    """One for each strength, and one for the second decay."""
    setup = make_setup(regularizers=["l1_l2"])
    assert [str(advice) for advice in L1L2(l1=0.02, l2=0.03).advice(setup)] == [
        "L1 strength 0.02 is strong: at 0.01 and above, the penalty outweighs the cross-entropy and "
        "the network underfits (Goodfellow, Bengio and Courville, Deep Learning, 2016, section 5.2.2)",
        "L2 strength 0.03 is strong: at 0.01 and above, the penalty outweighs the cross-entropy and "
        "the network underfits (Goodfellow, Bengio and Courville, Deep Learning, 2016, section 5.2.2)",
        "l1_l2 and AdamW's weight_decay 0.004 each decay the weights: use one of them "
        "(Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019)",
    ]

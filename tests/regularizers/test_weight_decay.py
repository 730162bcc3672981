"""Weight decay: the decay of a step, and the weights that it changes."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from pydantic import ValidationError

from reglab.config.setup import Setup
from reglab.regularizers.weight_decay import WeightDecay


@pytest.fixture
def network() -> Any:
    """A network whose name and layer names contain those of weights that are not decayed."""
    return keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            keras.layers.Conv2D(2, 3, bias_initializer="ones", name="beta_conv"),
            keras.layers.BatchNormalization(beta_initializer="ones", name="gamma_batch_norm"),
            keras.layers.Flatten(),
            keras.layers.Dense(3, bias_initializer="ones", name="bias_dense"),
        ],
        name="beta",
    )


def step_without_gradient(optimizer: Any, network: Any) -> None:
    gradients = [keras.ops.zeros(weight.shape) for weight in network.trainable_weights]
    optimizer.apply(gradients, network.trainable_weights)


@pytest.mark.parametrize(
    "optimizer",
    [
        keras.optimizers.SGD,
        keras.optimizers.Adam,
        keras.optimizers.AdamW,
        keras.optimizers.RMSprop,
        keras.optimizers.Adadelta,
        keras.optimizers.Adagrad,
    ],
)
def test_a_step_shrinks_kernels_by_rate_times_learning_rate(optimizer: Any, network: Any) -> None:
    """Without a gradient, kernels are multiplied by 1 − η · rate, and nothing else changes."""
    before = {weight.path: weight.numpy().copy() for weight in network.trainable_weights}
    step_without_gradient(WeightDecay(rate=0.2).change_optimizer(optimizer(learning_rate=0.5)), network)
    assert len(before) == 6
    for weight in network.trainable_weights:
        kept = 1 - 0.5 * 0.2 if weight.name == "kernel" else 1
        np.testing.assert_allclose(weight.numpy(), before[weight.path] * kept, rtol=1e-6)


def test_the_current_learning_rate_counts(network: Any) -> None:
    """A schedule changes the decay too."""
    optimizer = WeightDecay(rate=0.2).change_optimizer(keras.optimizers.AdamW(learning_rate=0.5))
    kernel = network.trainable_weights[0]
    before = kernel.numpy().copy()
    step_without_gradient(optimizer, network)
    optimizer.learning_rate = 0.1
    step_without_gradient(optimizer, network)
    np.testing.assert_allclose(kernel.numpy(), before * (1 - 0.1) * (1 - 0.02), rtol=1e-6)


def test_the_rate_replaces_adamws_own_decay() -> None:
    """The optimizer is changed in place."""
    optimizer = keras.optimizers.AdamW(weight_decay=0.5)
    assert WeightDecay(rate=0.2).change_optimizer(optimizer) is optimizer
    assert optimizer.weight_decay == 0.2


@pytest.mark.parametrize("rate", [0, -0.1, 1.1])
def test_rates_out_of_bounds_are_rejected(rate: float) -> None:
    """Rates in (0, 1]."""
    with pytest.raises(ValidationError):
        WeightDecay(rate=rate)


def test_a_fast_decay_is_advised_against(make_setup: Callable[..., Setup]) -> None:
    """It depends on the product of rate and learning rate."""
    fast = make_setup(training={"optimizer": {"name": "sgd", "learning_rate": 0.1}})
    assert list(WeightDecay(rate=0.05).advice(make_setup())) == []
    assert [str(advice) for advice in WeightDecay(rate=0.05).advice(fast)] == [
        "weight decay 0.05 with learning rate 0.1 halves every weight within 139 steps "
        "(Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019)"
    ]

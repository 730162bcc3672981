"""EMA: the average against NumPy, the swap of weights, bounds and advice."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from pydantic import ValidationError

from reglab.config.setup import Setup
from reglab.regularizers.ema import EMA


@pytest.fixture
def network() -> Any:
    return keras.Sequential(
        [keras.Input((2, 2, 1)), keras.layers.BatchNormalization(), keras.layers.Dropout(0.5, seed=0)]
    )


@pytest.mark.parametrize("momentum", [0.5, 0.999])
def test_average_is_that_of_all_steps_without_the_initial_weights(network: Any, momentum: float) -> None:
    """Σ mᵗ⁻ⁱ θ_i / Σ mᵗ⁻ⁱ for i = 1, …, t, with the weights of the last step, running statistics too."""
    average = EMA(momentum=momentum).measured_weights(network)
    images = np.zeros((1, 2, 2, 1), np.float32)
    random = np.random.default_rng(0)
    steps: list[list[np.ndarray]] = []
    for _ in range(6):
        np.testing.assert_array_equal(average(images, training=True), images)
        steps.append([random.normal(size=(1,)).astype("float32") for _ in range(4)])
        network.set_weights(steps[-1])
    average.swap_in()
    shares = momentum ** np.arange(5.0, -1, -1)
    for number, got in enumerate(network.get_weights()):
        values = [step[number] for step in steps]
        np.testing.assert_allclose(got, np.average(values, axis=0, weights=shares), rtol=2e-6, atol=1e-7)
    average.swap_out()
    for got, expected in zip(network.get_weights(), steps[-1], strict=True):
        np.testing.assert_array_equal(got, expected)


def test_after_one_step_the_average_is_its_weights(network: Any) -> None:
    """And before the first step, the initial weights."""
    average = EMA().measured_weights(network)
    for weights in (network.get_weights(), [np.full((1,), value, "float32") for value in (1, 2, 3, 4)]):
        network.set_weights(weights)
        average.swap_in()
        for got, expected in zip(network.get_weights(), weights, strict=True):
            np.testing.assert_allclose(got, expected, rtol=1e-6)
        average.swap_out()
        average(np.zeros((1, 2, 2, 1), np.float32), training=True)


def test_inference_does_not_change_the_average(network: Any) -> None:
    """Only training steps count."""
    average = EMA().measured_weights(network)
    before = [np.array(variable.numpy()) for variable in average.variables]
    average(np.zeros((1, 2, 2, 1), np.float32), training=False)
    for variable, value in zip(average.variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)


def test_the_weights_of_the_network_are_not_weights_of_the_layer(network: Any) -> None:
    """One average for each weight, and a counter; random state is not averaged."""
    average = EMA().measured_weights(network)
    assert average.trainable_variables == []
    assert len(average.variables) == len(network.weights) + 1 == 5


@pytest.mark.parametrize("momentum", [0, 1])
def test_momentum_out_of_bounds_is_rejected(momentum: float) -> None:
    """In (0, 1)."""
    with pytest.raises(ValidationError):
        EMA(momentum=momentum)


def test_a_short_average_is_advised_against(make_setup: Callable[..., Setup]) -> None:
    """Momentum below 0.9."""
    assert list(EMA(momentum=0.9).advice(make_setup())) == []
    assert [str(advice) for advice in EMA(momentum=0.5).advice(make_setup())] == [
        "EMA with momentum 0.5 averages over few steps: the usual range is 0.99 to 0.9999 "
        "(Tarvainen and Valpola, Mean teachers are better role models, 2017)"
    ]

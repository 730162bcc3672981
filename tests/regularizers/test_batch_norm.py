"""Batch normalization: its numbers against NumPy, its seats, its advice and its conflict."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
from pydantic import ValidationError

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Position
from reglab.regularizers.batch_norm import BatchNorm
from reglab.regularizers.layers.fused_batch_norm import FusedBatchNormalization


@pytest.fixture
def maps() -> np.ndarray:
    """Feature maps with different means and deviations: `(5, 4, 4, 3)` float32."""
    return np.random.default_rng(0).normal([1, -2, 3], [1, 2, 3], (5, 4, 4, 3)).astype("float32")


def test_training_standardizes_each_map(convolution: Position, maps: np.ndarray) -> None:
    """(x − μ) / √(σ² + ε) of the batch; the averages move by 1 − momentum."""
    (layer,) = BatchNorm(momentum=0.9, epsilon=0.01).after_convolution(convolution)
    got = keras.ops.convert_to_numpy(layer(maps, training=True))
    mean, variance = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))
    np.testing.assert_allclose(got, (maps - mean) / np.sqrt(variance + 0.01), atol=1e-5)
    np.testing.assert_allclose(layer.moving_mean.numpy(), 0.1 * mean, rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), 0.9 + 0.1 * variance, rtol=1e-5)


def test_inference_uses_the_moving_averages(convolution: Position, maps: np.ndarray) -> None:
    """With the averages of a new layer, 0 and 1, only ε matters; they do not move."""
    (layer,) = BatchNorm(epsilon=0.01).after_convolution(convolution)
    got = keras.ops.convert_to_numpy(layer(maps, training=False))
    np.testing.assert_allclose(got, maps / np.sqrt(1.01), rtol=1e-5)
    assert layer.moving_mean.numpy().tolist() == [0, 0, 0]


def test_each_map_has_four_parameters(convolution: Position, maps: np.ndarray) -> None:
    """Two trained, two not, as in the lecture's count."""
    (layer,) = BatchNorm().after_convolution(convolution)
    layer.build(maps.shape)
    assert layer.count_params() == 12
    assert [weight.name for weight in layer.weights] == ["gamma", "beta", "moving_mean", "moving_variance"]
    assert [weight.name for weight in layer.trainable_weights] == ["gamma", "beta"]


def test_seats(convolution: Position, dense: Position) -> None:
    """After convolutions always, after dense layers if configured, with the stock layer."""
    assert [type(layer) for layer in BatchNorm().after_convolution(convolution)] == [FusedBatchNormalization]
    assert BatchNorm().after_dense(dense) == ()
    (layer,) = BatchNorm(dense=True).after_dense(dense)
    assert type(layer) is keras.layers.BatchNormalization
    assert layer.name == "dense_1_batch_norm"


def test_biases_are_omitted_before_normalization(
    convolution: Position, dense: Position, output: Position
) -> None:
    """Only if configured, and never that of the output."""
    positions = (convolution, dense, output)
    assert [BatchNorm(dense=True).drops_bias(position) for position in positions] == [False] * 3
    assert [BatchNorm(keep_bias=False).drops_bias(position) for position in positions] == [True, False, False]
    without = BatchNorm(keep_bias=False, dense=True)
    assert [without.drops_bias(position) for position in positions] == [True, True, False]


@pytest.mark.parametrize("values", [{"momentum": 1}, {"momentum": -0.1}, {"epsilon": 0}, {"epsilon": 1.1}])
def test_values_out_of_bounds_are_rejected(values: dict[str, object]) -> None:
    """Momentum in [0, 1), ε in (0, 1]."""
    with pytest.raises(ValidationError):
        BatchNorm.model_validate(values)


def test_superfluous_biases_and_small_batches_are_advised_against(
    make_setup: Callable[..., Setup],
) -> None:
    """Both sentences whole."""
    assert list(BatchNorm(keep_bias=False).advice(make_setup())) == []
    small = make_setup(training={"batch_size": 8})
    assert [str(advice) for advice in BatchNorm().advice(small)] == [
        "batch norm subtracts the mean, so a bias before it has no effect: set keep_bias to false "
        "(Ioffe and Szegedy, Batch Normalization, 2015, section 3.2)",
        "batch norm with batches of 8 has noisy statistics (Wu and He, Group Normalization, 2018)",
    ]


def test_normalizing_missing_dense_layers_is_a_conflict(make_setup: Callable[..., Setup]) -> None:
    """`dense` without hidden dense layers has no effect."""
    assert list(BatchNorm(dense=True).conflicts(make_setup())) == []
    assert list(BatchNorm().conflicts(make_setup(model={"dense": ()}))) == []
    assert list(BatchNorm(dense=True).conflicts(make_setup(model={"dense": ()}))) == [
        Conflict(
            "dense", "dense has no effect while model.dense is empty; add hidden dense layers or remove dense"
        )
    ]

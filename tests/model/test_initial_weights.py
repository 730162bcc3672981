"""Initial weights: Glorot's distribution, keyed by seed and layer."""

from collections.abc import Callable

import keras
import numpy as np
import pytest

from reglab.experiment import Experiment
from reglab.model.initial_weights import draw_kernel
from reglab.model.network import build_network


@pytest.mark.parametrize(
    ("shape", "fan_in", "fan_out"),
    [((3, 3, 64, 128), 9 * 64, 9 * 128), ((5, 5, 3, 16), 75, 400), ((128, 64), 128, 64)],
)
def test_kernels_are_uniform_within_glorots_bound(shape: tuple[int, ...], fan_in: int, fan_out: int) -> None:
    """Within ±√(6 / (fan in + fan out)), up to the bound, with the mean and deviation of U(−a, a)."""
    limit = np.sqrt(6 / (fan_in + fan_out))
    kernel = draw_kernel(shape, "conv_1_1", seed=0)
    assert (kernel.shape, kernel.dtype) == (shape, np.float32)
    assert np.abs(kernel).max() <= limit
    assert np.abs(kernel).max() > 0.99 * limit
    deviation = limit / np.sqrt(3)
    assert abs(kernel.mean()) < 4 * deviation / np.sqrt(kernel.size)
    np.testing.assert_allclose(kernel.std(), deviation, rtol=0.05)


def test_kernels_are_keyed_by_seed_and_layer() -> None:
    """The same key gives the same values, regardless of other draws; another key gives other values."""
    first = draw_kernel((3, 3, 3, 8), "conv_1_1", seed=0)
    np.random.default_rng(0).random(10)
    np.testing.assert_array_equal(draw_kernel((3, 3, 3, 8), "conv_1_1", seed=0), first)
    for layer, seed in (("conv_1_2", 0), ("conv_1_1", 1)):
        assert (draw_kernel((3, 3, 3, 8), layer, seed) != first).all()


def test_seed_changes_every_kernel(make_experiment: Callable[..., Experiment]) -> None:
    """All kernels of a network, and only its kernels."""
    regularizers = {"batch_norm": {}}
    one, other = (build_network(make_experiment(seed=seed, regularizers=regularizers), 3) for seed in (0, 1))
    changed = {
        weight.path
        for weight, twin in zip(one.weights, other.weights, strict=True)
        if (weight.numpy() != twin.numpy()).all()
    }
    same = {
        weight.path
        for weight, twin in zip(one.weights, other.weights, strict=True)
        if (weight.numpy() == twin.numpy()).all()
    }
    assert changed == {"conv_1_1/kernel", "dense_1/kernel", "output/kernel"}
    assert changed | same == {weight.path for weight in one.weights}


def test_networks_hold_the_drawn_kernels(make_experiment: Callable[..., Experiment]) -> None:
    """Each kernel follows from its layer's name, not from the global seed; biases are zero."""
    keras.utils.set_random_seed(5)
    network = build_network(make_experiment(seed=7), 3)
    for name in ("conv_1_1", "dense_1", "output"):
        layer = network.get_layer(name)
        np.testing.assert_array_equal(layer.kernel.numpy(), draw_kernel(tuple(layer.kernel.shape), name, 7))
        np.testing.assert_array_equal(layer.bias.numpy(), 0)

"""Jacobian penalty: the estimate and its gradient against exact Jacobians, its mode, seeds and bounds."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import ops
from pydantic import ValidationError

from reglab.regularizers.jacobian_penalty import JacobianPenalty
from reglab.regularizers.layers.jacobian import draw_directions, project_jacobian

CLASSES = 3


def make_network(*layers: Any) -> Any:
    """From images (n, 2, 3, 1) to logits (n, 3)."""
    return keras.Sequential(
        [
            keras.Input((2, 3, 1)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            keras.layers.Dense(5, activation="tanh", kernel_initializer=keras.initializers.GlorotUniform(1)),
            *layers,
            keras.layers.Dense(CLASSES, kernel_initializer=keras.initializers.GlorotUniform(2)),
        ]
    )


def compute_jacobians(network: Any, images: np.ndarray) -> np.ndarray:
    """Exact Jacobians with respect to pixels in [0, 1], in NumPy: (n, classes, pixels)."""
    first, bias, last, _ = (weight.astype("float64") for weight in network.get_weights())
    hidden = np.tanh(images.reshape(len(images), -1).astype("float64") / 255 @ first + bias)
    return np.einsum("ph,nh,hc->ncp", first, 1 - hidden**2, last)


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).uniform(0, 255, (4, 2, 3, 1)).astype("float32")


def penalize(technique: JacobianPenalty, network: Any, images: np.ndarray, seed: int = 7) -> float:
    logits = network(images)
    loss = technique.extra_loss(
        network, ops.convert_to_tensor(images), logits, keras.random.SeedGenerator(seed)
    )
    return float(ops.convert_to_numpy(loss))


def test_projection_is_that_of_the_exact_jacobian(images: np.ndarray) -> None:
    """vᵀJ of each image, with respect to its pixels in [0, 255]."""
    network = make_network()
    directions = draw_directions((4, CLASSES), keras.random.SeedGenerator(0))
    got = project_jacobian(network, ops.convert_to_tensor(images), directions)
    jacobians = compute_jacobians(network, images) / 255
    expected = np.einsum("nc,ncp->np", ops.convert_to_numpy(directions), jacobians)
    np.testing.assert_allclose(ops.convert_to_numpy(got).reshape(4, -1), expected, rtol=1e-4, atol=1e-8)


def test_directions_are_unit_vectors() -> None:
    """Without a preferred class: the mean of v vᵀ is I / K, within four deviations."""
    directions = ops.convert_to_numpy(draw_directions((20_000, CLASSES), keras.random.SeedGenerator(0)))
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1, rtol=1e-5)
    moments = directions.T @ directions / len(directions)
    np.testing.assert_allclose(moments, np.eye(CLASSES) / CLASSES, atol=4 * 0.3 / np.sqrt(20_000))


def test_penalty_is_the_squared_norm_of_the_exact_jacobian(images: np.ndarray) -> None:
    """λ / 2 · mean ‖J‖²: the mean of 100 projections of each of 200 equal batches, within 1 %."""
    network = make_network()
    many = np.tile(images, (200, 1, 1, 1))
    expected = 0.3 / 2 * np.square(compute_jacobians(network, images)).sum(axis=(1, 2)).mean()
    got = penalize(JacobianPenalty(strength=0.3, projections=100), network, many)
    assert got == pytest.approx(expected, rel=0.01)


def test_gradient_of_the_penalty_is_exact(images: np.ndarray) -> None:
    """A step against it lowers the exact norm as the gradient predicts, for directions over all classes."""
    tf = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("the test uses TensorFlow's gradient tape")
    network = make_network()
    kernel = network.layers[-1].kernel
    with tf.GradientTape() as tape:
        loss = sum(
            ops.sum(ops.square(project_jacobian(network, ops.convert_to_tensor(images), unit)))
            for unit in (np.tile(row, (4, 1)) for row in np.eye(CLASSES, dtype="float32"))
        )
    gradient = tape.gradient(loss, kernel.value).numpy()
    before, norms = kernel.numpy(), {}
    for sign in (1, -1):
        kernel.assign(before + sign * 1e-3 * gradient / np.linalg.norm(gradient))
        norms[sign] = np.square(compute_jacobians(network, images) / 255).sum()
    assert (norms[1] - norms[-1]) / 2e-3 == pytest.approx(np.linalg.norm(gradient), rel=1e-3)


def test_dropout_and_running_statistics_do_not_change(images: np.ndarray) -> None:
    """The network is in inference mode: no value is dropped, and no variable of its layers changes."""
    plain = make_network()
    other = make_network(keras.layers.BatchNormalization(epsilon=0.0), keras.layers.Dropout(0.9, seed=1))
    other.layers[2].set_weights(plain.layers[2].get_weights())
    before = [np.array(variable.numpy()) for variable in other.variables]
    technique = JacobianPenalty()
    assert penalize(technique, other, images) == pytest.approx(penalize(technique, plain, images), rel=1e-4)
    for variable, value in zip(other.variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)


def test_steps_differ_and_repeat_from_the_seed(images: np.ndarray) -> None:
    """Other directions in the next step, the same in the same step of a second run."""
    network, technique = make_network(), JacobianPenalty()
    runs = []
    for _ in range(2):
        seed = keras.random.SeedGenerator(3)
        values = [technique.extra_loss(network, images, network(images), seed) for _ in range(2)]
        runs.append([float(ops.convert_to_numpy(value)) for value in values])
    assert runs[0] == runs[1]
    assert runs[0][0] != runs[0][1]


@pytest.mark.parametrize("settings", [{"strength": 0}, {"projections": 0}])
def test_values_out_of_bounds_are_rejected(settings: dict[str, float]) -> None:
    """A strength above 0, at least one projection."""
    with pytest.raises(ValidationError):
        JacobianPenalty.model_validate(settings)

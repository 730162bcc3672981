"""The model that holds its images: inference without augmentation, and its state."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import keras
import numpy as np
import pytest
from scipy.special import log_softmax

from reglab.experiment import Experiment
from reglab.model.network import build_network
from reglab.regularizers.base import Position, Regularizer
from reglab.regularizers.table import Regularizers
from reglab.training.loop.index_model import ImageStore, IndexModel, build_model, store_images
from reglab.training.loop.measurement import measure, predict_logits
from reglab.training.loop.state import name_variables
from reglab.training.subject import Subject

ON_INPUT = {"augmentation": {}, "random_erasing": {"probability": 1.0}, "gaussian_noise": {}}
INSIDE = {"batch_norm": {}, "dropout": {"rate": 0.5}}
NUMBERS = np.array([3, 59, 60, 89, 0], np.int32)


@pytest.fixture(scope="module")
def models(
    make_experiment: Callable[..., Experiment], make_subject: Callable[[Experiment], Subject]
) -> dict[str, IndexModel]:
    """The same network, with input layers in front of it and without."""
    experiments = {
        "augmented": make_experiment(regularizers={**ON_INPUT, **INSIDE}),
        "plain": make_experiment(regularizers=INSIDE),
    }
    images = store_images(make_subject(experiments["plain"]).split.images)
    return {name: build_model(experiment, images, 3, 4) for name, experiment in experiments.items()}


def test_store_looks_images_up() -> None:
    """By index, also repeated ones; float32 with the values of the pixels."""
    images = np.random.default_rng(0).integers(0, 256, (5, 4, 4, 3), dtype=np.uint8)
    store = ImageStore(store_images(images))
    got = store(np.array([4, 0, 4], np.int32))
    assert keras.backend.standardize_dtype(got.dtype) == "float32"
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(got), images[[4, 0, 4]])
    assert store.images.dtype == "uint8"
    assert store.trainable_weights == []


def test_augmentation_never_touches_inference(models: dict[str, IndexModel]) -> None:
    """The same logits, bit for bit, with augmentation, erasing and noise in front and without."""
    augmented, plain = (predict_logits(models[name], NUMBERS) for name in ("augmented", "plain"))
    np.testing.assert_array_equal(augmented, plain)
    assert np.ptp(plain, axis=0).min() > 0


def test_augmentation_changes_training(models: dict[str, IndexModel]) -> None:
    """Each pass sees other pixels."""
    layers = [layer for layer in models["augmented"].layers if layer.name.startswith("input_")]
    assert [layer.name for layer in layers] == [
        "input_augmentation",
        "input_random_erasing",
        "input_gaussian_noise",
    ]
    images = np.full((2, 8, 8, 3), 100.0, np.float32)
    images[:, 2:5] = 200
    for layer in layers:
        first, second = (keras.ops.convert_to_numpy(layer(images, training=True)) for _ in range(2))
        assert (first != images).any()
        assert (first != second).any()


def test_logits_are_those_of_the_network_alone(
    models: dict[str, IndexModel],
    make_experiment: Callable[..., Experiment],
    make_subject: Callable[[Experiment], Subject],
) -> None:
    """Clean and validation numbers are those of a plain Keras model on the images."""
    experiment = make_experiment(regularizers=INSIDE)
    split = make_subject(experiment).split
    network = build_network(experiment, 3)
    for numbers in (split.clean, split.validation):
        images = split.images[numbers].astype(np.float32)
        expected = keras.ops.convert_to_numpy(network(images, training=False))
        got = predict_logits(models["augmented"], numbers)
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)
        cross_entropy = -log_softmax(expected.astype(np.float64), axis=1)[
            np.arange(len(numbers)), split.labels[numbers]
        ].mean()
        assert measure(got, split.labels[numbers]).cross_entropy == pytest.approx(cross_entropy, rel=1e-5)


def test_images_are_not_part_of_the_state(models: dict[str, IndexModel]) -> None:
    """Everything that changes is, by object and by name."""
    model = models["augmented"]
    state = name_variables(model, "adamw")
    objects = {id(variable) for variable in state.values()}
    assert "images" in {variable.path for variable in model.variables}
    assert "uint8" not in {variable.dtype for variable in state.values()}
    changing = [*model.trainable_variables, *model.optimizer.variables]
    changing += [variable for variable in model.non_trainable_variables if variable.path != "images"]
    assert {id(variable) for variable in changing} < objects
    # Augmentation, erasing, noise, and dropout before two dense layers.
    assert len([name for name in state if "seed_generator" in name]) == 5
    assert len(state) == len(objects)


def test_loss_is_cross_entropy_with_penalty_and_smoothing(
    make_experiment: Callable[..., Experiment], make_subject: Callable[[Experiment], Subject]
) -> None:
    """−Σ t′ log p with t′ = (1 − α) t + α / K, and λ Σ θ² besides."""
    regularizers: dict[str, Any] = {"label_smoothing": {"amount": 0.3}, "l2": {"strength": 0.05}}
    model = _build(make_subject(make_experiment(regularizers=regularizers)))
    logits = np.random.default_rng(0).normal(0, 2, (6, 3)).astype(np.float32)
    targets = np.eye(3, dtype=np.float32)[[0, 1, 2, 0, 1, 2]]
    smooth = 0.7 * targets + 0.1
    cross_entropy = -(smooth * log_softmax(logits, axis=1)).sum(axis=1).mean()
    kernels = [weight.numpy() for weight in model.trainable_variables if "kernel" in weight.path]
    penalty = 0.05 * sum(np.square(kernel).sum() for kernel in kernels)
    got = float(keras.ops.convert_to_numpy(model.compute_loss(y=targets, y_pred=logits)))
    assert got == pytest.approx(cross_entropy + penalty, rel=1e-5)


def test_weight_decay_and_max_norm_act_in_a_step(
    make_experiment: Callable[..., Experiment], make_subject: Callable[[Experiment], Subject]
) -> None:
    """A step without gradient: kernels shrink by 1 − η · rate, long ones to the bound, biases stay."""
    experiment = make_experiment(
        optimizer={"name": "sgd", "learning_rate": 0.5},
        regularizers={"weight_decay": {"rate": 0.2}, "max_norm": {"max_value": 0.75, "layers": "dense"}},
    )
    model = _build(make_subject(experiment))
    variables = model.trainable_variables
    for variable in variables:
        if "bias" in variable.path:
            variable.assign(np.ones(variable.shape))
    before = {variable.path: variable.numpy() for variable in variables}
    model.optimizer.apply([keras.ops.zeros(variable.shape) for variable in variables], variables)
    for variable in variables:
        value = before[variable.path]
        if "kernel" in variable.path:
            value = value * (1 - 0.5 * 0.2)
        if variable.path in ("dense_1/kernel", "output/kernel"):
            norms = np.linalg.norm(value, axis=0)
            assert (norms > 0.75).any()
            value = value * np.minimum(norms, 0.75) / norms
        np.testing.assert_allclose(variable.numpy(), value, rtol=1e-5, err_msg=variable.path)


def _build(subject: Subject) -> IndexModel:
    return build_model(subject.experiment, store_images(subject.split.images), 3, 4)


class OwnLoss(Regularizer):
    """Adds a layer with a loss of its own before each dense layer."""

    title: ClassVar[str] = "Own loss"

    def before_dense(self, position: Position) -> Sequence[Any]:
        return [keras.layers.ActivityRegularization(l2=0.1, name=f"{position.layer}_own_loss")]


class WithOwnLoss(Regularizers):
    """The table with one more entry."""

    own_loss: OwnLoss | None = None


def test_layers_with_their_own_loss_are_refused(
    make_experiment: Callable[..., Experiment], make_subject: Callable[[Experiment], Subject]
) -> None:
    """At the first batch; penalties on kernels and an extra loss are in the history, and train."""
    recorded = make_experiment(regularizers={"l2": {}, "batch_norm": {}, "jacobian_penalty": {}})
    table = WithOwnLoss.model_validate({**dict(recorded.regularizers), "own_loss": OwnLoss()})
    images = store_images(make_subject(recorded).split.images)
    indices, labels = np.arange(4, dtype=np.int32), np.eye(3, dtype=np.float32)[[0, 1, 2, 0]]
    build_model(recorded, images, 3, 4).train_on_batch(indices, labels)
    model = build_model(recorded.model_copy(update={"regularizers": table}), images, 3, 4)
    with pytest.raises(ValueError, match=r"got dense_1_own_loss \(ActivityRegularization\)"):
        model.train_on_batch(indices, labels)

"""The walk: its layers, the seats of regularizers, and the order in which the seats are called."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import keras
import numpy as np
import pytest
from pydantic import PrivateAttr

from reglab.experiment import Experiment
from reglab.model.network import Seat, build_network, input_layers, outline_network
from reglab.regularizers.base import Position, Regularizer
from reglab.regularizers.table import Regularizers


class Spy(Regularizer):
    """Adds nothing, and records each call of a seat."""

    title: ClassVar[str] = "Spy"
    _asked: list[tuple[str, Position]] = PrivateAttr(default_factory=list)

    def on_input(self, position: Position) -> Sequence[Any]:
        return self._note("on_input", position)

    def after_convolution(self, position: Position) -> Sequence[Any]:
        return self._note("after_convolution", position)

    def end_of_branch(self, position: Position) -> Sequence[Any]:
        return self._note("end_of_branch", position)

    def end_of_group(self, position: Position) -> Sequence[Any]:
        return self._note("end_of_group", position)

    def before_dense(self, position: Position) -> Sequence[Any]:
        return self._note("before_dense", position)

    def after_dense(self, position: Position) -> Sequence[Any]:
        return self._note("after_dense", position)

    def kernel_penalty(self, position: Position) -> Any | None:
        self._note("kernel_penalty", position)

    def kernel_constraint(self, position: Position) -> Any | None:
        self._note("kernel_constraint", position)

    def drops_bias(self, position: Position) -> bool:
        self._note("drops_bias", position)
        return False

    def asked(self, *seats: str) -> list[tuple[str, str, str]]:
        return [(seat, position.layer, position.kind) for seat, position in self._asked if seat in seats]

    @property
    def positions(self) -> list[Position]:
        return [position for _, position in self._asked]

    def _note(self, seat: str, position: Position) -> tuple[()]:
        self._asked.append((seat, position))
        return ()


class UnitNorm(Regularizer):
    """Constrains every kernel."""

    title: ClassVar[str] = "Unit norm"

    def kernel_constraint(self, position: Position) -> Any | None:
        return keras.constraints.UnitNorm()


class MoreRegularizers(Regularizers):
    """The table with two more entries."""

    spy: Spy | None = None
    unit_norm: UnitNorm | None = None


def add_regularizers(experiment: Experiment, **others: Any) -> Experiment:
    """The experiment with regularizers of this module in addition to its own."""
    table = MoreRegularizers.model_validate({**dict(experiment.regularizers), **others})
    return experiment.model_copy(update={"regularizers": table})


def test_layers_of_the_full_walk(networks: Mapping[str, keras.Model]) -> None:
    """Normalization between convolution and activation, pooling after each pair, dropout before dense."""
    assert [layer.name for layer in networks["mp_do_bn_da"].layers] == [
        "images",
        "rescaling",
        *_normalized("conv_1_1", "conv_1_2"),
        "group_1_max_pooling",
        *_normalized("conv_2_1", "conv_2_2"),
        "group_2_max_pooling",
        *_normalized("conv_3_1", "conv_3_2"),
        "group_3_max_pooling",
        "global_max_pooling",
        "dense_1_dropout",
        "dense_1",
        "output_dropout",
        "output",
    ]


def test_layers_of_the_baseline(networks: Mapping[str, keras.Model]) -> None:
    """The lecture's: six convolutions, global max pooling, two dense layers; ReLU, padding same."""
    network = networks["baseline"]
    names = ["conv_1_1", "conv_1_2", "conv_2_1", "conv_2_2", "conv_3_1", "conv_3_2"]
    assert [layer.name for layer in network.layers] == [
        "images",
        "rescaling",
        *names,
        "global_max_pooling",
        "dense_1",
        "output",
    ]
    for name in names:
        layer = network.get_layer(name)
        assert (layer.kernel_size, layer.padding, layer.activation.__name__) == ((3, 3), "same", "relu")
    assert network.get_layer("dense_1").activation.__name__ == "relu"
    assert network.get_layer("output").activation.__name__ == "linear"
    assert network.output_shape == (None, 10)


@pytest.mark.parametrize(
    ("head", "kind", "width"),
    [
        ("global_max_pooling", keras.layers.GlobalMaxPooling2D, 4),
        ("global_average_pooling", keras.layers.GlobalAveragePooling2D, 4),
        ("flatten", keras.layers.Flatten, 256),
    ],
)
def test_heads(make_experiment: Callable[..., Experiment], head: str, kind: type, width: int) -> None:
    """Each head is its Keras layer, with the right number of outputs."""
    layer = build_network(make_experiment(model={"head": head}), 3).get_layer(head)
    assert (type(layer), layer.output.shape) == (kind, (None, width))


def test_pixels_are_divided_by_255(make_experiment: Callable[..., Experiment]) -> None:
    """A network that only averages channels returns the pixel as a fraction."""
    network = build_network(make_experiment(model={"kernel_size": 1, "dense": ()}), 4)
    network.get_layer("conv_1_1").kernel.assign(np.ones((1, 1, 3, 4)) / 3)
    network.get_layer("output").kernel.assign(np.eye(4))
    got = keras.ops.convert_to_numpy(network(np.full((1, 8, 8, 3), 51, np.float32)))
    np.testing.assert_allclose(got, np.full((1, 4), 0.2), rtol=1e-6)


def test_seats_are_those_of_the_lecture(shipped: Mapping[str, Experiment]) -> None:
    """Technique, position and layer of all seats, in the order of the walk."""
    _, seats = outline_network(shipped["mp_do_bn_da"], 10)
    expected = [Seat("Data augmentation", "input", "AugmentationLayer")]
    for group in (1, 2, 3):
        expected += [
            Seat("Batch normalization", f"conv_{group}_{number}", "BatchNormalization") for number in (1, 2)
        ]
        expected.append(Seat("Max pooling", f"group_{group}", "MaxPooling2D"))
    expected += [Seat("Dropout", "dense_1", "Dropout"), Seat("Dropout", "output", "Dropout")]
    assert list(seats) == expected


def test_seats_on_kernels(make_experiment: Callable[..., Experiment]) -> None:
    """Penalties and constraints of each kernel."""
    regularizers = {"l2": {"layers": "dense"}, "max_norm": {"layers": "conv"}}
    _, seats = outline_network(make_experiment(regularizers=regularizers), 3)
    assert seats == (
        Seat("Max-norm", "conv_1_1", "kernel constraint"),
        Seat("L2", "dense_1", "kernel penalty"),
        Seat("L2", "output", "kernel penalty"),
    )


def test_regularizers_share_a_seat_in_the_order_of_the_table(
    make_experiment: Callable[..., Experiment],
) -> None:
    """Batch norm before noise, blocks before pooling before dropout, erasing after augmentation."""
    regularizers = {
        "dropout": {"groups": 0.1},
        "max_pooling": {},
        "drop_block": {},
        "gaussian_noise": {"activations": 0.1},
        "batch_norm": {},
        "random_erasing": {},
        "augmentation": {},
    }
    experiment = make_experiment(regularizers=regularizers)
    names = [layer.name for layer in build_network(experiment, 3).layers]
    assert names[2:9] == [
        "conv_1_1",
        "conv_1_1_batch_norm",
        "conv_1_1_gaussian_noise",
        "conv_1_1_activation",
        "group_1_drop_block",
        "group_1_max_pooling",
        "group_1_dropout",
    ]
    assert [layer.name for layer in input_layers(experiment)] == [
        "input_augmentation",
        "input_random_erasing",
        "input_gaussian_noise",
    ]


def test_every_seat_is_called_in_order(make_experiment: Callable[..., Experiment]) -> None:
    """Once at each position, in the order of the walk, with the seed."""
    spy = Spy()
    model = {"groups": ((4, 4), (4,)), "dense": (5, 6)}
    build_network(add_regularizers(make_experiment(model=model, seed=9), spy=spy), 3)
    layers = ("on_input", "after_convolution", "end_of_group", "before_dense", "after_dense")
    assert spy.asked(*layers) == [
        ("on_input", "input", "input"),
        ("after_convolution", "conv_1_1", "convolution"),
        ("after_convolution", "conv_1_2", "convolution"),
        ("end_of_group", "group_1", "group"),
        ("after_convolution", "conv_2_1", "convolution"),
        ("end_of_group", "group_2", "group"),
        ("before_dense", "dense_1", "dense"),
        ("after_dense", "dense_1", "dense"),
        ("before_dense", "dense_2", "dense"),
        ("after_dense", "dense_2", "dense"),
        ("before_dense", "output", "output"),
    ]
    kernels = [
        ("conv_1_1", "convolution"),
        ("conv_1_2", "convolution"),
        ("conv_2_1", "convolution"),
        ("dense_1", "dense"),
        ("dense_2", "dense"),
        ("output", "output"),
    ]
    for seat in ("kernel_penalty", "kernel_constraint", "drops_bias"):
        assert spy.asked(seat) == [(seat, *kernel) for kernel in kernels]
    assert {position.seed for position in spy.positions} == {9}


def test_a_regularizer_without_a_seat_changes_nothing(make_experiment: Callable[..., Experiment]) -> None:
    """Layers and weights are those of a network without it."""
    plain = build_network(make_experiment(), 3)
    with_spy = build_network(add_regularizers(make_experiment(), spy=Spy()), 3)
    assert [layer.name for layer in with_spy.layers] == [layer.name for layer in plain.layers]
    for one, other in zip(plain.weights, with_spy.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_penalties_on_one_kernel_add_up(make_experiment: Callable[..., Experiment]) -> None:
    """λ₁ Σ|θ| of L1 and λ₂ Σθ² of L2, each on its kernels, not on biases."""
    regularizers = {"l1": {"strength": 0.01}, "l2": {"strength": 0.02, "layers": "dense"}}
    network = build_network(make_experiment(regularizers=regularizers), 3)
    for layer in ("conv_1_1", "dense_1", "output"):
        network.get_layer(layer).bias.assign(np.ones(network.get_layer(layer).bias.shape))
    kernels = {name: network.get_layer(name).kernel.numpy() for name in ("conv_1_1", "dense_1", "output")}
    expected = [
        0.01 * np.abs(kernel).sum() + (0.02 * np.square(kernel).sum() if name != "conv_1_1" else 0)
        for name, kernel in kernels.items()
    ]
    np.testing.assert_allclose([float(loss) for loss in network.losses], expected, rtol=1e-6)


def test_two_constraints_on_one_kernel_are_refused(make_experiment: Callable[..., Experiment]) -> None:
    """A ValueError, since no experiment of a user can cause it."""
    experiment = add_regularizers(make_experiment(regularizers={"max_norm": {}}), unit_norm=UnitNorm())
    with pytest.raises(ValueError, match="constraint") as caught:
        build_network(experiment, 3)
    assert str(caught.value) == "Expected at most one constraint on the kernel of conv_1_1."


def test_a_dropped_bias_is_omitted(make_experiment: Callable[..., Experiment]) -> None:
    """Normalized layers omit it, the output keeps it."""
    regularizers = {"batch_norm": {"keep_bias": False, "dense": True}}
    network = build_network(make_experiment(regularizers=regularizers), 3)
    use_bias = {name: network.get_layer(name).use_bias for name in ("conv_1_1", "dense_1", "output")}
    assert use_bias == {"conv_1_1": False, "dense_1": False, "output": True}


@pytest.mark.usefixtures("mixed_bfloat16")
def test_mixed_precision_keeps_pixels_and_logits_in_float32(
    make_experiment: Callable[..., Experiment],
) -> None:
    """Layers between them compute in bfloat16; all weights are float32."""
    network = build_network(make_experiment(regularizers={"batch_norm": {}}), 3)
    compute = {layer.name: layer.compute_dtype for layer in network.layers if layer.name != "images"}
    assert compute == {
        "rescaling": "float32",
        "conv_1_1": "bfloat16",
        "conv_1_1_batch_norm": "bfloat16",
        "conv_1_1_activation": "bfloat16",
        "global_max_pooling": "bfloat16",
        "dense_1": "bfloat16",
        "output": "float32",
    }
    logits = network(np.zeros((1, 8, 8, 3), np.float32))
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
    assert {weight.dtype for weight in network.weights} == {"float32"}


def test_shortcuts_of_a_residual_network(make_experiment: Callable[..., Experiment]) -> None:
    """A 1×1 convolution where widths differ, else the identity; added before the group's last activation."""
    model = {"groups": ((4, 4), (4, 4), (6,)), "residual": True}
    network = build_network(make_experiment(model=model), 3)
    shortcuts = [layer for layer in network.layers if layer.name.endswith("_shortcut")]
    assert [(layer.name, layer.kernel.shape, layer.activation.__name__) for layer in shortcuts] == [
        ("group_1_shortcut", (1, 1, 3, 4), "linear"),
        ("group_3_shortcut", (1, 1, 4, 6), "linear"),
    ]
    added = {name: _inputs(network, f"group_{name}_add") for name in (1, 2, 3)}
    assert added == {
        1: ["conv_1_2", "group_1_shortcut"],
        2: ["conv_2_2", "conv_1_2_activation"],
        3: ["conv_3_1", "group_3_shortcut"],
    }
    for name, last in (("group_1", "conv_1_2"), ("group_2", "conv_2_2"), ("group_3", "conv_3_1")):
        assert network.get_layer(last).activation.__name__ == "linear"
        assert _inputs(network, f"{last}_activation") == [f"{name}_add"]


def test_a_residual_group_in_numpy(make_experiment: Callable[..., Experiment]) -> None:
    """relu(W₂ relu(W₁ x) + x) with 1×1 kernels, for the second group."""
    model = {"groups": ((4,), (4, 4)), "residual": True, "kernel_size": 1}
    network = build_network(make_experiment(model=model), 3)
    images = np.random.default_rng(0).uniform(0, 255, (2, 8, 8, 3)).astype("float32")
    outputs = [network.get_layer(name).output for name in ("conv_1_1_activation", "conv_2_2_activation")]
    x, got = keras.Model(network.inputs, outputs).predict(images, verbose=0)
    first, second = (network.get_layer(name).kernel.numpy()[0, 0] for name in ("conv_2_1", "conv_2_2"))
    expected = np.maximum(np.maximum(x @ first, 0) @ second + x, 0)
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-6)


def test_seats_of_a_residual_network(make_experiment: Callable[..., Experiment]) -> None:
    """The end of each branch with its depth; the 1×1 convolution has the seats of any convolution."""
    spy = Spy()
    model = {"groups": ((4, 4), (4,)), "residual": True}
    build_network(add_regularizers(make_experiment(model=model), spy=spy), 3)
    kernels = [name for _, name, _ in spy.asked("kernel_penalty") if name.startswith(("conv", "group"))]
    assert sorted(kernels) == ["conv_1_1", "conv_1_2", "conv_2_1", "group_1_shortcut"]
    assert [
        (seat, name) for seat, name, _ in spy.asked("after_convolution", "end_of_branch", "end_of_group")
    ] == [
        ("after_convolution", "conv_1_1"),
        ("after_convolution", "conv_1_2"),
        ("end_of_branch", "group_1"),
        ("after_convolution", "group_1_shortcut"),
        ("end_of_group", "group_1"),
        ("after_convolution", "conv_2_1"),
        ("end_of_branch", "group_2"),
        ("end_of_group", "group_2"),
    ]
    assert [position.depth for position in spy.positions if position.kind == "branch"] == [0.5, 1.0]


def test_residual_networks_share_the_initial_weights_of_plain_ones(
    make_experiment: Callable[..., Experiment],
) -> None:
    """Every layer of the plain network, by its name."""
    groups = ((4, 4), (6,))
    plain, residual = (
        build_network(make_experiment(model={"groups": groups, "residual": value}), 3)
        for value in (False, True)
    )
    for layer in plain.layers:
        for one, other in zip(layer.weights, residual.get_layer(layer.name).weights, strict=True):
            np.testing.assert_array_equal(one.numpy(), other.numpy())


def _inputs(network: keras.Model, name: str) -> list[str]:
    """Names of the layers whose outputs a layer takes."""
    inputs = network.get_layer(name).input
    tensors = inputs if isinstance(inputs, list) else [inputs]
    return [tensor._keras_history.operation.name for tensor in tensors]


def _normalized(*convolutions: str) -> list[str]:
    return [f"{name}{end}" for name in convolutions for end in ("", "_batch_norm", "_activation")]

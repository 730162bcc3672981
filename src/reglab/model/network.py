"""The convolutional network: a fixed walk that calls every seat of every regularizer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
from keras import layers

from reglab.experiment import Experiment
from reglab.model.initial_weights import set_initial_weights
from reglab.regularizers.base import Position, Regularizer
from reglab.regularizers.layers.stock import name_kind

# Changes the output of a convolution before its activation.
_Join = Callable[[Any], Any]

_HEADS: dict[str, Callable[..., Any]] = {
    "global_max_pooling": layers.GlobalMaxPooling2D,
    "global_average_pooling": layers.GlobalAveragePooling2D,
    "flatten": layers.Flatten,
}


@dataclass(frozen=True)
class Seat:
    """A seat that a regularizer takes.

    Attributes:
        technique: title of the regularizer.
        layer: name of the position, such as `input`, `conv_2_1`, `group_2`, `group_2_shortcut` or `output`.
        what: class of the added layer, `kernel penalty` or `kernel constraint`.
    """

    technique: str
    layer: str
    what: str


def build_network(experiment: Experiment, classes: int) -> keras.Model:
    """Builds the network of an experiment, with its initial weights.

    With `model.residual`, each group of convolutions has a shortcut, which is added before the last
    activation of the group. The shortcut is the identity, or a 1×1 convolution without activation if the
    number of channels changes. Source: He, Zhang, Ren and Sun, "Deep Residual Learning for Image
    Recognition", 2016, figure 2 and option B.

    Args:
        experiment: its sections `data`, `model` and `regularizers`, and its seed are used.
        classes: number of classes.

    Returns:
        A model from images `(n, height, width, channels)`, float32 in [0, 255], to logits
        `(n, classes)`, float32. Layers are named after their position: `conv_2_1` is the first
        convolution of the second group.
    """
    network, _ = _build(experiment, classes)
    set_initial_weights(network, experiment.training.seed)
    return network


def outline_network(experiment: Experiment, classes: int) -> tuple[keras.Model, tuple[Seat, ...]]:
    """Returns the network of `build_network` without weights, so that its size does not matter.

    Returns:
        A model of which only names and shapes can be used, and the seats that are taken, in the order of the
        walk.
    """
    with keras.StatelessScope(initialize_variables=False):
        return _build(experiment, classes)


def _build(experiment: Experiment, classes: int) -> tuple[keras.Model, tuple[Seat, ...]]:
    walk = _Walk(experiment)
    walk.input_layers()  # only for the record of the seats
    model = experiment.model
    images = keras.Input(experiment.data.image_shape, name="images")
    # In float32 under every dtype policy: bfloat16 has too few digits for interpolated pixels.
    x = layers.Rescaling(1 / 255, name="rescaling", dtype="float32")(images)
    for group, filters in enumerate(model.groups, start=1):
        x = walk.group(x, group, filters)
    x = _HEADS[model.head](name=model.head)(x)
    for number, width in enumerate(model.dense, start=1):
        x = walk.dense(x, f"dense_{number}", width)
    logits = walk.output(x, classes)
    return keras.Model(images, logits, name="network"), tuple(walk.seats)


def input_layers(experiment: Experiment) -> Sequence[Any]:
    """Layers that change the training images before they enter the network."""
    return _Walk(experiment).input_layers()


class _Walk:
    """Adds layers one after the other, and calls the seats of the regularizers."""

    def __init__(self, experiment: Experiment) -> None:
        self._regularizers: Sequence[Regularizer] = experiment.regularizers.active
        self._model = experiment.model
        self._seed = experiment.training.seed
        self.seats: list[Seat] = []

    def input_layers(self) -> list[Any]:
        position = Position("input", "input", self._seed)
        return self._ask(position, lambda regularizer: regularizer.on_input(position))

    def group(self, x: Any, number: int, filters: Sequence[int]) -> Any:
        branch = Position(f"group_{number}", "branch", self._seed, number / len(self._model.groups))
        join = partial(self._add_shortcut, branch, x) if self._model.residual else None
        for index, width in enumerate(filters, start=1):
            is_last = index == len(filters)
            x = self._convolution(x, f"conv_{number}_{index}", width, join if is_last else None)
        position = Position(f"group_{number}", "group", self._seed)
        return _apply(self._ask(position, lambda regularizer: regularizer.end_of_group(position)), x)

    def _convolution(self, x: Any, name: str, filters: int, join: _Join | None) -> Any:
        position = Position(name, "convolution", self._seed)
        return self._activated(
            x,
            position,
            self._ask(position, lambda regularizer: regularizer.after_convolution(position)),
            lambda **options: layers.Conv2D(
                filters, self._model.kernel_size, padding="same", name=name, **options
            ),
            join,
        )

    def _add_shortcut(self, branch: Position, group_input: Any, x: Any) -> Any:
        x = _apply(self._ask(branch, lambda regularizer: regularizer.end_of_branch(branch)), x)
        filters, shortcut = x.shape[-1], group_input
        if shortcut.shape[-1] != filters:
            position = Position(f"{branch.layer}_shortcut", "convolution", self._seed)
            between = self._ask(position, lambda regularizer: regularizer.after_convolution(position))
            convolution = layers.Conv2D(filters, 1, name=position.layer, **self._kernel_options(position))
            shortcut = _apply(between, convolution(shortcut))
        return layers.Add(name=f"{branch.layer}_add")([x, shortcut])

    def dense(self, x: Any, name: str, units: int) -> Any:
        position = Position(name, "dense", self._seed)
        x = _apply(self._ask(position, lambda regularizer: regularizer.before_dense(position)), x)
        return self._activated(
            x,
            position,
            self._ask(position, lambda regularizer: regularizer.after_dense(position)),
            lambda **options: layers.Dense(units, name=name, **options),
        )

    def output(self, x: Any, classes: int) -> Any:
        position = Position("output", "output", self._seed)
        x = _apply(self._ask(position, lambda regularizer: regularizer.before_dense(position)), x)
        # In float32 under every dtype policy: bfloat16 logits are too coarse for the loss.
        return layers.Dense(classes, name="output", dtype="float32", **self._kernel_options(position))(x)

    def _activated(
        self,
        x: Any,
        position: Position,
        between: Sequence[Any],
        build: Callable[..., Any],
        join: _Join | None = None,
    ) -> Any:
        """A layer, the layers that regularizers add after it, `join` if there is one, and the activation."""
        options = self._kernel_options(position)
        if not between and join is None:
            return build(activation=self._model.activation, **options)(x)
        x = _apply(between, build(**options)(x))
        if join is not None:
            x = join(x)
        return layers.Activation(self._model.activation, name=f"{position.layer}_activation")(x)

    def _ask(self, position: Position, seat: Callable[[Regularizer], Sequence[Any]]) -> list[Any]:
        """The layers that the regularizers add at a seat, in the order of the table."""
        added: list[Any] = []
        for regularizer in self._regularizers:
            for layer in seat(regularizer):
                added.append(layer)
                self._note(regularizer, position, name_kind(layer))
        return added

    def _kernel_options(self, position: Position) -> dict[str, Any]:
        penalties, constraints = [], []
        for regularizer in self._regularizers:
            penalty, constraint = (
                regularizer.kernel_penalty(position),
                regularizer.kernel_constraint(position),
            )
            if penalty is not None:
                penalties.append(penalty)
                self._note(regularizer, position, "kernel penalty")
            if constraint is not None:
                constraints.append(constraint)
                self._note(regularizer, position, "kernel constraint")
        if len(constraints) > 1:
            raise ValueError(f"Expected at most one constraint on the kernel of {position.layer}.")
        return {
            "kernel_regularizer": _add_up(penalties),
            "kernel_constraint": constraints[0] if constraints else None,
            "use_bias": not any(regularizer.drops_bias(position) for regularizer in self._regularizers),
        }

    def _note(self, regularizer: Regularizer, position: Position, what: str) -> None:
        self.seats.append(Seat(regularizer.title, position.layer, what))


class _SumOfPenalties(keras.regularizers.Regularizer):
    """The sum of several penalties on one kernel."""

    def __init__(self, penalties: Sequence[Any]) -> None:
        self._penalties = penalties

    def __call__(self, kernel: Any) -> Any:
        return sum(penalty(kernel) for penalty in self._penalties)

    def get_config(self) -> dict[str, Any]:
        """The configuration, for `get_config` of a layer with this penalty; it cannot be loaded."""
        return {"penalties": [keras.regularizers.serialize(penalty) for penalty in self._penalties]}


def _apply(sequence: Iterable[Any], x: Any) -> Any:
    for layer in sequence:
        x = layer(x)
    return x


def _add_up(penalties: Sequence[Any]) -> Any | None:
    if len(penalties) > 1:
        return _SumOfPenalties(penalties)
    return penalties[0] if penalties else None

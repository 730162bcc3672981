"""The convolutional network: a fixed walk that asks every regularizer at every seat."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import layers

from reglab.experiment import Experiment
from reglab.model.initial_weights import set_initial_weights
from reglab.regularizers.base import Position, Regularizer

_HEADS: dict[str, Callable[..., Any]] = {
    "global_max_pooling": layers.GlobalMaxPooling2D,
    "global_average_pooling": layers.GlobalAveragePooling2D,
    "flatten": layers.Flatten,
}


@dataclass(frozen=True)
class Seat:
    """A place that a regularizer has taken.

    Attributes:
        technique: the regularizer's title.
        layer: the place's name, `conv_2_1`, `group_2`, `dense_1` or `output`.
        what: the layer it put there, or what it does to the layer's kernel.
    """

    technique: str
    layer: str
    what: str


def build_network(experiment: Experiment, classes: int) -> keras.Model:
    """Builds the network of an experiment, with its initial weights.

    Args:
        experiment: what to build.
        classes: number of classes.

    Returns:
        A model from images `(n, height, width, channels)`, float32 in [0, 255], to logits
        `(n, classes)`, float32. Layers are named by their place: `conv_2_1` is the first
        convolution of the second group.
    """
    network, _ = build_with_seats(experiment, classes)
    return network


def build_with_seats(experiment: Experiment, classes: int) -> tuple[keras.Model, tuple[Seat, ...]]:
    """As `build_network`, and where each regularizer sits in it, in the order of the walk."""
    walk = _Walk(experiment)
    walk.input_layers()  # for the record of the seats alone
    model = experiment.model
    images = keras.Input(experiment.data.image_shape, name="images")
    # In float32 whatever the precision: bfloat16 has too few digits for interpolated pixels.
    x = layers.Rescaling(1 / 255, name="rescaling", dtype="float32")(images)
    for group, filters in enumerate(model.groups, start=1):
        for number, width in enumerate(filters, start=1):
            x = walk.convolution(x, f"conv_{group}_{number}", width)
        x = walk.end_of_group(x, f"group_{group}")
    x = _HEADS[model.head](name=model.head)(x)
    for number, width in enumerate(model.dense, start=1):
        x = walk.dense(x, f"dense_{number}", width)
    logits = walk.output(x, classes)
    network = keras.Model(images, logits, name="network")
    set_initial_weights(network, experiment.training.seed)
    return network, tuple(walk.seats)


def input_layers(experiment: Experiment) -> Sequence[Any]:
    """Layers that change the training images on their way into the network; no part of it."""
    return _Walk(experiment).input_layers()


class _Walk:
    """Adds layers one after the other, and asks the regularizers at every seat on the way."""

    def __init__(self, experiment: Experiment) -> None:
        self._regularizers: Sequence[Regularizer] = experiment.regularizers.active
        self._model = experiment.model
        self._seed = experiment.training.seed
        self.seats: list[Seat] = []

    def input_layers(self) -> list[Any]:
        position = Position("input", "input", self._seed)
        return self._ask(position, lambda regularizer: regularizer.on_input(position))

    def convolution(self, x: Any, name: str, filters: int) -> Any:
        position = Position(name, "convolution", self._seed)
        return self._activated(
            x,
            position,
            self._ask(position, lambda regularizer: regularizer.after_convolution(position)),
            lambda **options: layers.Conv2D(
                filters, self._model.kernel_size, padding="same", name=name, **options
            ),
        )

    def end_of_group(self, x: Any, name: str) -> Any:
        position = Position(name, "group", self._seed)
        return _apply(self._ask(position, lambda regularizer: regularizer.end_of_group(position)), x)

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
        # float32 whatever the precision: the loss needs the digits.
        return layers.Dense(classes, name="output", dtype="float32", **self._kernel_options(position))(x)

    def _activated(
        self, x: Any, position: Position, between: Sequence[Any], build: Callable[..., Any]
    ) -> Any:
        """A layer, what regularizers put behind it, and the activation."""
        options = self._kernel_options(position)
        if not between:
            return build(activation=self._model.activation, **options)(x)
        x = _apply(between, build(**options)(x))
        return layers.Activation(self._model.activation, name=f"{position.layer}_activation")(x)

    def _ask(self, position: Position, seat: Callable[[Regularizer], Sequence[Any]]) -> list[Any]:
        """The layers that the regularizers put at a seat, one regularizer after the other."""
        added: list[Any] = []
        for regularizer in self._regularizers:
            for layer in seat(regularizer):
                added.append(layer)
                self._note(regularizer, position, type(layer).__name__.removeprefix("Fused"))
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
    """Several penalties on one kernel."""

    def __init__(self, penalties: Sequence[Any]) -> None:
        self._penalties = penalties

    def __call__(self, kernel: Any) -> Any:
        return sum(penalty(kernel) for penalty in self._penalties)

    def get_config(self) -> dict[str, Any]:
        """What the layers that have it need to describe themselves, as when they are copied."""
        return {"penalties": [keras.regularizers.serialize(penalty) for penalty in self._penalties]}


def _apply(sequence: Iterable[Any], x: Any) -> Any:
    for layer in sequence:
        x = layer(x)
    return x


def _add_up(penalties: Sequence[Any]) -> Any | None:
    if len(penalties) > 1:
        return _SumOfPenalties(penalties)
    return penalties[0] if penalties else None

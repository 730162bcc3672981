"""Everything on which the next step depends, as arrays whose names depend only on the experiment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from reglab.errors import RunError

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class State:
    """The state of a training between two steps.

    Attributes:
        epochs_done: number of finished epochs.
        images_done: number of images of the current epoch that have been trained on.
        stopped: whether a callback has ended the training.
        variables: weights, random state, optimizer and running means, by name (see `name_variables`).
        callbacks: the state of each stateful callback, by `regularizer/number`.
    """

    epochs_done: int
    images_done: int
    stopped: bool
    variables: Arrays
    callbacks: Mapping[str, Arrays] = field(default_factory=dict)


@runtime_checkable
class StatefulCallback(Protocol):
    """A callback whose state is saved and restored with the training."""

    def get_state(self) -> dict[str, NDArray[Any]]:
        """The state, as arrays."""

    def set_state(self, state: Arrays) -> None:
        """Restores what `get_state` returned."""


@runtime_checkable
class WeightsKeeper(Protocol):
    """A callback that may end a training with the weights of an earlier epoch."""

    @property
    def kept_epoch(self) -> int | None:
        """The epoch of these weights, from 1; None for the last epoch."""


def name_variables(model: Any, optimizer: str) -> dict[str, Any]:
    """Names every variable of an index model that a step changes.

    Keras's own paths contain numbers that count the layers and optimizers of the process. These names do not:
    `conv_1_1/kernel`, `output_dropout/seed_generator_state`, `adamw/conv_1_1_kernel_velocity`,
    `metrics/loss/total`. A number is appended if a layer has several variables with the same name.

    Args:
        model: an index model, compiled, with its optimizer built.
        optimizer: the optimizer's name in the experiment. It is part of the names of the slots, because
            slots of two optimizers are different quantities.

    Returns:
        Keras variables by name, in a fixed order; without the images.
    """
    layers = [*(layer for layer in model.layers if layer is not model.network), *model.network.layers]
    owners = {id(variable): layer.name for layer in layers for variable in layer.variables}
    pairs = [(owners.get(id(variable), "model"), variable) for variable in model.changing_variables]
    pairs += [(optimizer, variable) for variable in model.optimizer.variables]
    pairs += [
        (f"metrics/{metric.name}", variable) for metric in model.metrics for variable in metric.variables
    ]
    return _name(pairs)


def name_layer_variables(layers: Iterable[Any]) -> dict[str, Any]:
    """Names the variables of layers as `name_variables` does."""
    return _name((layer.name, variable) for layer in layers for variable in layer.variables)


def _name(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for owner, variable in pairs:
        name = first = f"{owner}/{variable.name}"
        number = 1
        while name in named:
            name, number = f"{first}_{number}", number + 1
        named[name] = variable
    return named


def read_variables(variables: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Copies the values of Keras variables."""
    return {name: np.array(variable.numpy()) for name, variable in variables.items()}


def carry_over(values: Arrays, variables: Mapping[str, Any]) -> None:
    """Assigns the values to the variables with the same name and shape; the others do not change."""
    for name, variable in variables.items():
        if name in values and values[name].shape == tuple(variable.shape):
            variable.assign(values[name])


def check_fit(state: State, variables: Mapping[str, Any], callbacks: Mapping[str, Any]) -> None:
    """Checks that a state can be restored into a training.

    Raises:
        RunError: the state has other variables, shapes or callbacks.
    """
    shapes = {name: value.shape for name, value in state.variables.items()}
    expected = {name: tuple(variable.shape) for name, variable in variables.items()}
    if shapes != expected or set(state.callbacks) != set(callbacks):
        raise RunError("the checkpoint was written for another network; start again with --fresh")

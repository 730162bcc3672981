"""What a session carries over when a change of its experiment builds the model again."""

from collections.abc import Mapping
from dataclasses import dataclass

from reglab.experiment import Experiment
from reglab.training.loop.state import Arrays, State


@dataclass(frozen=True)
class Carried:
    """The part of a state that the next model takes over, as far as names and shapes fit.

    Attributes:
        variables: by name, as in `State`.
        callbacks: states of the callbacks of regularizers that do not change. They may contain weights, which
            fit only a network with the same shapes.
        iterations: number of steps that the optimizer has done.
    """

    variables: Arrays
    callbacks: Mapping[str, Arrays]
    iterations: int


def choose_carried(old: Experiment, new: Experiment, state: State) -> Carried:
    """Chooses what a change of the experiment keeps.

    Everything is kept except a changed learning rate, the steps of another optimizer, the callbacks of
    regularizers that change, and all callbacks of a training that has ended.

    Args:
        old: the experiment of the state.
        new: the next experiment.
        state: of the session before the change.
    """
    before, after = old.training.optimizer, new.training.optimizer
    variables = dict(state.variables)
    iterations = int(variables[f"{before.name}/iteration"])
    if before.learning_rate != after.learning_rate:
        variables.pop(f"{before.name}/learning_rate", None)
    callbacks = {} if state.stopped else dict(state.callbacks)
    for name in state.callbacks:
        regularizer = name.partition("/")[0]
        if getattr(old.regularizers, regularizer) != getattr(new.regularizers, regularizer):
            callbacks.pop(name, None)
    # Another optimizer starts with its first step.
    return Carried(variables, callbacks, iterations if before.name == after.name else 0)

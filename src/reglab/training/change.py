"""Which changes of an experiment a session can make, and how."""

from typing import Any, Literal

from reglab.errors import ExperimentError, Problem
from reglab.experiment import Experiment
from reglab.training.loop.optimizer import is_constant

Change = Literal["none", "in place", "rebuilt"]
"""How a session made a change."""


def check_change(old: Experiment, new: Experiment) -> None:
    """Refuses changes of the images, the seed and the precision.

    Raises:
        ExperimentError: keys differ that may not; it has a problem for each of them.
    """
    fixed = {f"data.{name}": (getattr(old.data, name), value) for name, value in new.data}
    for name in ("seed", "precision"):
        fixed[f"training.{name}"] = (getattr(old.training, name), getattr(new.training, name))
    problems = [
        Problem("", key, f"a session cannot change this: expected {_show(before)}, got {_show(after)}")
        for key, (before, after) in fixed.items()
        if before != after
    ]
    if problems:
        raise ExperimentError(problems)


def can_stay_compiled(old: Experiment, new: Experiment) -> bool:
    """Whether the compiled model of `old` can be trained as `new`.

    Epochs and batch size are not compiled, and a constant learning rate is a variable of the optimizer. A
    schedule is compiled, with the number of epochs and the number of steps in an epoch.
    """
    constant = is_constant(old.training) and is_constant(new.training)
    return constant and _compiled_parts(old) == _compiled_parts(new)


def _compiled_parts(experiment: Experiment) -> Any:
    optimizer = experiment.training.optimizer.model_dump(exclude={"learning_rate"})
    return experiment.model, experiment.regularizers, optimizer


def _show(value: Any) -> str:
    return "the default" if value is None else str(value)

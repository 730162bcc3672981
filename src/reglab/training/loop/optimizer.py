"""The optimizer and the learning rate of an experiment, in Keras."""

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from reglab.config.optimizer import SGD, Adadelta, Adagrad, Adam, AdamW, RMSprop
from reglab.config.schedule import Constant, Cosine, Schedule, Step
from reglab.config.training import Training
from reglab.experiment import Experiment
from reglab.training.loop.measured_weights import refuse_own_average

_KINDS: dict[type[Any], Callable[..., Any]] = {
    AdamW: keras.optimizers.AdamW,
    Adam: keras.optimizers.Adam,
    SGD: keras.optimizers.SGD,
    RMSprop: keras.optimizers.RMSprop,
    Adadelta: keras.optimizers.Adadelta,
    Adagrad: keras.optimizers.Adagrad,
}


def build_optimizer(experiment: Experiment, steps_per_epoch: int, first_step: int = 0) -> Any:
    """Builds the optimizer, with its schedule and the changes of the regularizers.

    Args:
        experiment: what is trained.
        steps_per_epoch: batches of one epoch; schedules are in epochs, Keras counts steps.
        first_step: see `build_learning_rate`.

    Returns:
        A `keras.optimizers.Optimizer`, not yet built.
    """
    settings = experiment.training.optimizer
    options = settings.model_dump(exclude={"name", "learning_rate"})
    rate = build_learning_rate(experiment.training, steps_per_epoch, first_step)
    optimizer = _KINDS[type(settings)](learning_rate=rate, name=settings.name, **options)
    for regularizer in experiment.regularizers.active:
        optimizer = regularizer.change_optimizer(optimizer)
    refuse_own_average(optimizer)
    return optimizer


def build_learning_rate(training: Training, steps_per_epoch: int, first_step: int = 0) -> Any:
    """A float for a constant rate, which the optimizer keeps in a variable; otherwise a `ScheduledRate`.

    Args:
        training: the section `training` of the experiment.
        steps_per_epoch: batches of one epoch.
        first_step: step at which a schedule is at time 0; not 0 if the batch size has changed.
    """
    if is_constant(training):
        return training.optimizer.learning_rate
    base, schedule = training.optimizer.learning_rate, training.schedule
    return ScheduledRate(base, schedule, training.epochs, steps_per_epoch, first_step)


def is_constant(training: Training) -> bool:
    """Whether the learning rate is the same at every step."""
    return isinstance(training.schedule, Constant) and not training.schedule.warmup_epochs


def read_learning_rate(optimizer: Any, rate: Any) -> float:
    """The rate of the last step, rounded to the digits of float32: 0.001, not 0.0010000000474974513.

    Args:
        optimizer: the optimizer of the model.
        rate: what `build_learning_rate` returned for it.
    """
    current = rate(optimizer.iterations - 1) if callable(rate) else optimizer.learning_rate
    return float(str(np.float32(keras.ops.convert_to_numpy(current))))


class ScheduledRate(keras.optimizers.schedules.LearningRateSchedule):
    """The learning rate at a step: base · warm-up · factor of the schedule.

    With t in epochs, w warm-up epochs and n steps in an epoch, warm-up is min(1, (t + 1/n) / w). The factor
    is f + (1 − f) · (1 + cos(π · (t − w) / (epochs − w))) / 2 for `cosine` and factor^⌊t / every⌋ for `step`.
    """

    def __init__(
        self,
        base: float,
        schedule: Schedule,
        epochs: int,
        steps_per_epoch: int,
        first_step: int = 0,
    ) -> None:
        self._base = base
        self._schedule = schedule
        self._epochs = epochs
        self._steps_per_epoch = steps_per_epoch
        self._first_step = first_step

    def __call__(self, step: Any) -> Any:
        """The rate, a float32 scalar, at a step counted from 0."""
        ops = keras.ops
        time = ops.cast(step - self._first_step, "float32") / self._steps_per_epoch
        warmup = self._schedule.warmup_epochs
        rate = self._base * self._factor(time, warmup)
        if not warmup:
            return rate
        return rate * ops.minimum(1.0, (time + 1 / self._steps_per_epoch) / warmup)

    def _factor(self, time: Any, warmup: float) -> Any:
        ops = keras.ops
        match self._schedule:
            case Cosine(final_fraction=final):
                done = ops.clip((time - warmup) / max(self._epochs - warmup, 1e-9), 0.0, 1.0)
                return final + (1 - final) * (1 + ops.cos(math.pi * done)) / 2
            case Step(every_epochs=every, factor=factor):
                # Half a step later, since rounding may give slightly less than a whole number of epochs.
                return ops.power(factor, ops.floor((time + 0.5 / self._steps_per_epoch) / every))
            case _:
                return 1.0

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            "base": self._base,
            "schedule": self._schedule,
            "epochs": self._epochs,
            "steps_per_epoch": self._steps_per_epoch,
            "first_step": self._first_step,
        }

"""Keras's optimizer and learning rate for what an experiment asks."""

import math
from collections.abc import Callable
from typing import Any

import keras

from reglab.config.optimizer import SGD, Adadelta, Adagrad, Adam, AdamW, RMSprop
from reglab.config.schedule import Constant, Cosine, Schedule, Step
from reglab.config.training import Training
from reglab.experiment import Experiment

_KINDS: dict[type[Any], Callable[..., Any]] = {
    AdamW: keras.optimizers.AdamW,
    Adam: keras.optimizers.Adam,
    SGD: keras.optimizers.SGD,
    RMSprop: keras.optimizers.RMSprop,
    Adadelta: keras.optimizers.Adadelta,
    Adagrad: keras.optimizers.Adagrad,
}


def build_optimizer(experiment: Experiment, steps_per_epoch: int) -> Any:
    """The optimizer, as its settings, its schedule and the regularizers want it.

    Args:
        experiment: what is trained.
        steps_per_epoch: batches of one epoch; schedules count epochs, Keras counts steps.

    Returns:
        A `keras.optimizers.Optimizer`, not yet built.
    """
    settings = experiment.training.optimizer
    options = settings.model_dump(exclude={"name", "learning_rate"})
    rate = build_learning_rate(experiment.training, steps_per_epoch)
    optimizer = _KINDS[type(settings)](learning_rate=rate, **options)
    for guest in experiment.regularizers.active:
        optimizer = guest.change_optimizer(optimizer)
    return optimizer


def build_learning_rate(training: Training, steps_per_epoch: int) -> Any:
    """A number for a constant rate, else a `LearningRateSchedule`."""
    base = training.optimizer.learning_rate
    schedule = training.schedule
    if isinstance(schedule, Constant) and not schedule.warmup_epochs:
        return base
    return ScheduledRate(base, schedule, training.epochs, steps_per_epoch)


class ScheduledRate(keras.optimizers.schedules.LearningRateSchedule):
    """The learning rate at a step: base · warm-up · factor of the schedule.

    With t in epochs, w warm-up epochs and n steps an epoch, warm-up is min(1, (t + 1/n) / w). The factor
    is f + (1 − f) · (1 + cos(π · (t − w) / (epochs − w))) / 2 of a cosine, and factor^⌊t / every⌋ of steps.
    """

    def __init__(self, base: float, schedule: Schedule, epochs: int, steps_per_epoch: int) -> None:
        self._base = base
        self._schedule = schedule
        self._epochs = epochs
        self._steps_per_epoch = steps_per_epoch

    def __call__(self, step: Any) -> Any:
        """The rate, a float32 scalar, at a step counted from 0."""
        ops = keras.ops
        time = ops.cast(step, "float32") / self._steps_per_epoch
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
                # Half a step later, as a whole number of epochs may come out a little below itself.
                return ops.power(factor, ops.floor((time + 0.5 / self._steps_per_epoch) / every))
            case _:
                return 1.0

    def get_config(self) -> dict[str, Any]:
        """What Keras would need to build it again."""
        return {
            "base": self._base,
            "schedule": self._schedule,
            "epochs": self._epochs,
            "steps_per_epoch": self._steps_per_epoch,
        }

"""The `training` section: optimizer, schedule, epochs, precision and seed."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from reglab.config.base import Count, Frozen
from reglab.config.conflict import Conflict
from reglab.config.optimizer import SGD, AdamW, Optimizer
from reglab.config.schedule import Constant, Schedule, Step

Precision = Literal["auto", "float32", "mixed_bfloat16"]


class Training(Frozen):
    """How the network is trained."""

    epochs: Count = 40
    """Passes over the training images."""
    batch_size: Count = 200
    """Images a step."""
    optimizer: Optimizer = AdamW()
    """The rule of the steps."""
    schedule: Schedule = Constant()
    """The learning rate over time."""
    precision: Precision = "auto"
    """`auto`: mixed_bfloat16 where the processor has the instructions, else float32."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Fixes the split, the order, the initial weights and every random draw."""

    def conflicts(self) -> Iterable[Conflict]:
        """Settings that would have no effect."""
        optimizer, schedule, epochs = self.optimizer, self.schedule, self.epochs
        if isinstance(optimizer, SGD) and optimizer.nesterov and not optimizer.momentum:
            message = "nesterov has no effect while momentum is 0; set momentum above 0 or remove nesterov"
            yield Conflict("optimizer.nesterov", message)
        if schedule.warmup_epochs > epochs:
            message = f"expected at most training.epochs, {epochs}, got {schedule.warmup_epochs:g}"
            yield Conflict("schedule.warmup_epochs", message)
        # After the last epoch there is no step left that the new rate could change.
        if isinstance(schedule, Step) and schedule.every_epochs >= epochs:
            message = f"expected less than training.epochs, {epochs}, got {schedule.every_epochs}"
            yield Conflict("schedule.every_epochs", message)

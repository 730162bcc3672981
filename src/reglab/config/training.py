"""The `training` section: optimizer, schedule, epochs, precision and seed."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from reglab.config.base import Count, Frozen
from reglab.config.conflict import Conflict
from reglab.config.optimizer import SGD, AdamW, Optimizer
from reglab.config.schedule import Constant, Cosine, Schedule, Step

Precision = Literal["auto", "float32", "mixed_bfloat16"]


class Training(Frozen):
    """How the network is trained."""

    epochs: Count = 40
    """Number of passes over the training images."""
    batch_size: Count = 200
    """Number of images in a step."""
    optimizer: Optimizer = AdamW()
    """The optimizer and its parameters."""
    schedule: Schedule = Constant()
    """The learning rate over time."""
    precision: Precision = "auto"
    """`auto`: mixed_bfloat16 if the processor or the GPU has instructions for it, otherwise float32."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Determines the split, the shuffle, the initial weights and all other random numbers."""

    def conflicts(self) -> Iterable[Conflict]:
        """Settings that have no effect, and a warm-up that is longer than the training."""
        optimizer, schedule, epochs = self.optimizer, self.schedule, self.epochs
        if isinstance(optimizer, SGD) and optimizer.nesterov and not optimizer.momentum:
            message = "nesterov has no effect while momentum is 0; set momentum above 0 or remove nesterov"
            yield Conflict("optimizer.nesterov", message)
        if schedule.warmup_epochs > epochs:
            message = (
                f"a warm-up of {schedule.warmup_epochs:g} epochs is longer than training.epochs: {epochs}; "
                f"set warmup_epochs to {epochs} or less"
            )
            yield Conflict("schedule.warmup_epochs", message)
        if isinstance(schedule, Cosine) and schedule.warmup_epochs == epochs:
            message = (
                "cosine has no effect, because the warm-up takes all epochs; "
                f"set warmup_epochs below {epochs} or use the constant schedule"
            )
            yield Conflict("schedule.warmup_epochs", message)
        # A change after the last epoch affects no step.
        if isinstance(schedule, Step) and schedule.every_epochs >= epochs:
            message = (
                f"every_epochs has no effect while training.epochs is {epochs}; "
                f"set every_epochs below {epochs} or use the constant schedule"
            )
            yield Conflict("schedule.every_epochs", message)

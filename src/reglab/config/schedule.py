"""The learning rate over time: factors of the optimizer's learning rate."""

from typing import Annotated, Literal

from pydantic import Field

from reglab.config.base import Count, Frozen

WarmUp = Annotated[float, Field(ge=0)]


class Constant(Frozen):
    """A constant learning rate."""

    name: Literal["constant"] = "constant"
    warmup_epochs: WarmUp = 0.0
    """Epochs at the start in which the rate rises linearly from 0."""


class Cosine(Frozen):
    """Half a cosine period from the full rate, after the warm-up, to `final_fraction` of it.

    Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017.
    """

    name: Literal["cosine"] = "cosine"
    warmup_epochs: WarmUp = 0.0
    """Epochs at the start in which the rate rises linearly from 0."""
    final_fraction: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Learning rate at the end of training, as a fraction of the optimizer's."""


class Step(Frozen):
    """The rate is multiplied by `factor` every `every_epochs` epochs."""

    name: Literal["step"] = "step"
    warmup_epochs: WarmUp = 0.0
    """Epochs at the start in which the rate rises linearly from 0."""
    every_epochs: Count = 10
    factor: Annotated[float, Field(gt=0, le=1)] = 0.1


Schedule = Annotated[Constant | Cosine | Step, Field(discriminator="name")]

"""The learning rate over time, as a factor of the optimizer's own."""

from typing import Annotated, Literal

from pydantic import Field

from reglab.config.base import Frozen

WarmUp = Annotated[float, Field(ge=0)]


class Constant(Frozen):
    """The same learning rate throughout."""

    name: Literal["constant"] = "constant"
    warmup_epochs: WarmUp = 0.0
    """Epochs over which the rate first rises from zero in a straight line."""


class Cosine(Frozen):
    """Half a cosine from the full rate down (Loshchilov and Hutter, "SGDR", 2017)."""

    name: Literal["cosine"] = "cosine"
    warmup_epochs: WarmUp = 0.0
    """Epochs over which the rate first rises from zero in a straight line."""
    final_fraction: Annotated[float, Field(ge=0, le=1)] = 0.0
    """What is left of the learning rate at the end."""


class Step(Frozen):
    """The rate is multiplied by `factor` every `every_epochs` epochs."""

    name: Literal["step"] = "step"
    warmup_epochs: WarmUp = 0.0
    """Epochs over which the rate first rises from zero in a straight line."""
    every_epochs: Annotated[int, Field(ge=1)] = 10
    factor: Annotated[float, Field(gt=0, le=1)] = 0.1


Schedule = Annotated[Constant | Cosine | Step, Field(discriminator="name")]

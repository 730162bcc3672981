"""The part of an experiment that a regularizer is checked against."""

from dataclasses import dataclass

from reglab.config.data import Data
from reglab.config.model import Model
from reglab.config.training import Training


@dataclass(frozen=True)
class Setup:
    """Input of `advice` and `conflicts` of a regularizer.

    Attributes:
        data: the `data` section.
        model: the `model` section.
        training: the `training` section.
        regularizers: names of all active regularizers, in the order in which they act.
    """

    data: Data
    model: Model
    training: Training
    regularizers: tuple[str, ...] = ()

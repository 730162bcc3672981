"""Settings that are valid alone but not together."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Conflict:
    """A setting that cannot work, or would have no effect, in this experiment.

    Attributes:
        key: the key at fault, relative to its section or regularizer (`optimizer.nesterov`); empty for a
            regularizer as a whole.
        message: what is wrong and what would be right.
    """

    key: str
    message: str

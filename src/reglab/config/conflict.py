"""Settings that are each valid, but not in combination."""

from dataclasses import dataclass

CONFLICT = "conflict"
"""Type of pydantic's errors whose message is printed as it is."""


@dataclass(frozen=True)
class Conflict:
    """A setting that cannot work, or has no effect, in this experiment.

    Attributes:
        key: the wrong key, relative to its section or regularizer (`optimizer.nesterov`); empty for a
            regularizer as a whole.
        message: what is wrong and what would be right.
    """

    key: str
    message: str

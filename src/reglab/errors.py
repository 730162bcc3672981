"""What a user can cause and mend: each is shown as plain lines, without a traceback."""

from collections.abc import Sequence
from dataclasses import dataclass


class ReglabError(Exception):
    """The base of every error that is the user's to mend.

    `exit_code` is what the command line leaves with: 2 for wrong input, 1 for a run that failed.
    """

    exit_code = 2


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in an experiment, and where.

    Attributes:
        place: file and line (`configs/mp.yaml:12`), or the `--set` that said it.
        key: dotted path of the key (`regularizers.dropout.rate`); empty for the whole file.
        message: what was expected, what came, and the nearest known name.
    """

    place: str
    key: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.place, self.key, self.message) if part)


class ExperimentError(ReglabError):
    """An experiment that cannot be run as it stands; carries every problem that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class DataError(ReglabError):
    """Images that are missing, truncated, or not what they claim to be."""


class RunError(ReglabError):
    """A run's directory that is missing, foreign, in use, or cannot be written."""


class BackendError(ReglabError):
    """A backend of Keras that is none, that is not installed, or that a run was not begun on."""


class ImageError(ReglabError):
    """A picture of the user's own that cannot be read."""


class TrainingError(ReglabError):
    """A training that cannot go on, as when the loss is no longer a number."""

    exit_code = 1

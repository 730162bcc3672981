"""Errors that a user can cause and correct. They are printed as plain lines, without a traceback."""

from collections.abc import Sequence
from dataclasses import dataclass


class ReglabError(Exception):
    """The base of every error that a user can correct.

    `exit_code` is the exit code of the command line: 2 for wrong input, 1 for a failed run.
    """

    exit_code = 2


@dataclass(frozen=True)
class Problem:
    """One problem of an experiment.

    Attributes:
        place: file and line (`configs/mp.yaml:12`), or the `--set` option; empty for values from Python.
        key: dotted path of the key (`regularizers.dropout.rate`); empty for the whole file.
        message: what is wrong and what would be right.
    """

    place: str
    key: str
    message: str

    def __str__(self) -> str:
        # A key or an option with a line break would look like two problems.
        return ": ".join(part for part in (self.place, self.key, self.message) if part).replace("\n", "\\n")


class ExperimentError(ReglabError):
    """An experiment is not valid. `problems` has every problem that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class DataError(ReglabError):
    """A data set is missing, damaged or in another format, or has too few images."""


class RunError(ReglabError):
    """A run or an output is missing, damaged, in use, of another experiment, or cannot be written."""


class BackendError(ReglabError):
    """A Keras backend is unknown, not installed, without the requested GPU, or not the one of the run."""


class ImageError(ReglabError):
    """An image file of the user cannot be read."""


class TrainingError(ReglabError):
    """Training cannot continue, for example because the loss is not a number."""

    exit_code = 1

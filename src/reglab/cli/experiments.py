"""Loads the experiments of a command line."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reglab.errors import ExperimentError, Problem

if TYPE_CHECKING:
    from reglab.experiment import Experiment


def load_all(paths: Sequence[Path], overrides: Sequence[str] = ()) -> "list[Experiment]":
    """Loads experiments.

    Raises:
        ExperimentError: with the problems of all files, or if two experiments have the same name.
    """
    from reglab.experiment import Experiment

    experiments: list[Experiment] = []
    problems: dict[Problem, None] = {}
    for path in paths:
        try:
            experiments.append(Experiment.load(path, overrides))
        except ExperimentError as error:
            problems |= dict.fromkeys(error.problems)
    if not problems:
        _check_names(experiments, paths, problems)
    if problems:
        raise ExperimentError(tuple(problems))
    return experiments


def _check_names(
    experiments: "Sequence[Experiment]", paths: Sequence[Path], problems: dict[Problem, None]
) -> None:
    first: dict[str, Path] = {}
    for experiment, path in zip(experiments, paths, strict=True):
        other = first.setdefault(experiment.name, path)
        if other == path and other is not path:
            problems[Problem(str(path), "", "the experiment is given twice")] = None
        elif other is not path:
            message = f"{other} has the same name, {experiment.name!r}; change one of them"
            problems[Problem(str(path), "name", message)] = None

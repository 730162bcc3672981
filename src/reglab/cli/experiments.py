"""Experiments from the command line's words."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reglab.errors import ExperimentError, Problem

if TYPE_CHECKING:
    from reglab.experiment import Experiment


def load_all(paths: Sequence[Path], overrides: Sequence[str] = ()) -> "list[Experiment]":
    """Loads experiments, and raises one ExperimentError for everything wrong in any of them."""
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
            problems[Problem(str(path), "", "expected each experiment once, got it twice")] = None
        elif other is not path:
            message = f"expected a name of its own, got {experiment.name!r}, which {other} has too"
            problems[Problem(str(path), "name", message)] = None

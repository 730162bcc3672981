"""Loads the experiments of a command line."""

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from reglab.cli.console import print_error
from reglab.errors import ExperimentError, Problem

if TYPE_CHECKING:
    from reglab.experiment import Experiment

_STANDARD_INPUT = Path("-")
# In messages; without a `name`, the experiment has this one.
_STDIN = Path("stdin")


def find_configs(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Replaces every folder by the YAML files in it, sorted by name.

    Raises:
        ExperimentError: a folder has none, or cannot be read.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        try:
            files = sorted(child for child in path.iterdir() if child.suffix == ".yaml" and child.is_file())
        except OSError as error:
            raise _failure(path, f"cannot read the folder: {error.strerror}") from error
        if not files:
            raise _failure(path, "expected experiments, found no file in this folder that ends in .yaml")
        found += files
    return tuple(found)


def load_all(paths: Sequence[Path], overrides: Sequence[str] = ()) -> "list[Experiment]":
    """Loads experiments; the path `-` is standard input.

    Raises:
        ExperimentError: with the problems of all files, or if two experiments have the same name.
    """
    from reglab.config.yaml.loading import load_tree, validate_tree
    from reglab.config.yaml.tree import format_key
    from reglab.experiment import Experiment

    read = cache(_read_standard_input)
    experiments: list[Experiment] = []
    problems: dict[Problem, None] = {}
    for path in paths:
        try:
            if path == _STANDARD_INPUT:
                tree = load_tree(_STDIN, overrides, read())
            else:
                tree = load_tree(path, overrides)
            experiments.append(validate_tree(tree, Experiment))
            if tree.dropped:
                keys = ", ".join(map(format_key, tree.dropped))
                print_error(f"{path}: another name in --set drops {keys}")
        except ExperimentError as error:
            problems |= dict.fromkeys(error.problems)
    if not problems:
        _check_names(experiments, paths, problems)
    if problems:
        raise ExperimentError(tuple(problems))
    return experiments


def _read_standard_input() -> bytes:
    if sys.stdin is None:
        raise _failure(_STDIN, "cannot read the experiment: standard input is closed")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise _failure(_STDIN, f"cannot read the experiment: {error.strerror}") from error


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


def _failure(path: Path, message: str) -> ExperimentError:
    return ExperimentError([Problem(str(path), "", message)])

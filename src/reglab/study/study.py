"""`Study`: a validated study, its experiments and seeds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reglab.config.yaml.loading import name_from, validate_tree
from reglab.config.yaml.overrides import apply_overrides
from reglab.config.yaml.tree import Tree, read_tree
from reglab.errors import ExperimentError, Problem
from reglab.experiment import Experiment
from reglab.study.cells import CellBuilder
from reglab.study.file import OWN_KEYS, StudyFile
from reglab.suggestions import nearest

MOST_EXPERIMENTS = 1_000


@dataclass(frozen=True)
class Study:
    """Experiments × seeds.

    Attributes:
        name: of the folder of its runs.
        title: in tables.
        description: its question.
        experiments: with different names, at least one.
        seeds: different ones, at least one; each experiment is trained with each.
        baseline: name of the experiment that the others are compared with.
    """

    name: str
    title: str
    description: str
    experiments: tuple[Experiment, ...]
    seeds: tuple[int, ...]
    baseline: str

    @property
    def runs(self) -> tuple[Experiment, ...]:
        """Each experiment with each seed; a seed is trained with all experiments before the next seed."""
        return tuple(experiment.with_seed(seed) for seed in self.seeds for experiment in self.experiments)


def load_study(path: Path, overrides: Sequence[str] = (), seeds: int | None = None) -> Study:
    """Reads a study.

    Args:
        path: its YAML file.
        overrides: `key=value` as after `--set`, for every experiment.
        seeds: number of seeds, from 0 on; None for those of the file.

    Raises:
        ExperimentError: with every problem of the file and of its experiments.
    """
    _check_overrides(overrides)
    tree = read_tree(path, what="a study")
    tree.value.setdefault("name", name_from(path))
    file = validate_tree(tree, StudyFile, resolved=())
    experiments = _validate(CellBuilder(file, tree, path).build(), overrides, path)
    problems = tuple(_check_names([experiment.name for experiment in experiments], file, tree))
    if problems:
        raise ExperimentError(problems)
    chosen = file.seeds if seeds is None else seeds
    return Study(
        file.name,
        file.title or file.name,
        file.description,
        tuple(experiments),
        tuple(range(chosen)) if isinstance(chosen, int) else chosen,
        file.baseline or experiments[0].name,
    )


def _check_overrides(overrides: Sequence[str]) -> None:
    """Raises an ExperimentError for keys that differ between the experiments and runs of a study."""
    problems = [
        Problem(f"--set {override}", "", f"{key} of each run follows from the study; remove this option")
        for override in overrides
        if (key := override.partition("=")[0].strip()) in OWN_KEYS
    ]
    if problems:
        raise ExperimentError(problems)


def _validate(cells: Iterator[Tree], overrides: Sequence[str], path: Path) -> list[Experiment]:
    experiments: list[Experiment] = []
    # A wrong line is often a part of several experiments.
    problems: dict[Problem, None] = {}
    try:
        for number, tree in enumerate(cells):
            if number == MOST_EXPERIMENTS:
                message = f"expected at most {MOST_EXPERIMENTS:,} experiments, got more"
                raise ExperimentError([Problem(str(path), "", message)])
            try:
                experiments.append(validate_tree(apply_overrides(tree, overrides), Experiment))
            except ExperimentError as error:
                problems |= dict.fromkeys(error.problems)
    except ExperimentError as error:
        # Of experiments that cannot be read; those that can are validated.
        problems |= dict.fromkeys(error.problems)
    if problems:
        raise ExperimentError(tuple(problems))
    return experiments


def _check_names(names: Sequence[str], file: StudyFile, tree: Tree) -> Iterator[Problem]:
    section = next(key for key in ("experiments", "factors", "grid") if getattr(file, key) is not None)
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        message = f"two experiments have the name {name!r}; change one of them"
        yield Problem(tree.places[(section,)], section, message)
    if file.baseline is not None and file.baseline not in names:
        message = f"expected one of {', '.join(names)}, got {file.baseline}{nearest(file.baseline, names)}"
        yield Problem(tree.places[("baseline",)], "baseline", message)

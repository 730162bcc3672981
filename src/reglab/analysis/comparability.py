"""The conditions that differ between the experiments of a comparison, as sentences."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reglab.analysis.experiment import CompleteRun, ExperimentResult
from reglab.analysis.labels import MOST, join_titles
from reglab.config.yaml.tree import read_tree
from reglab.errors import ReglabError
from reglab.runs.environment import Environment

_NOT_COMPARABLE = "not comparable"
_UNEQUAL = "not on equal terms"
_INEXACT = "small differences may come from this"
_NOT_SET = "not set"
# Names, regularizers and the seed may differ. Data and precision are compared below, by the images that were
# loaded and the precision that was used.
_ELSEWHERE = (
    "name",
    "title",
    "description",
    "regularizers",
    "data.dataset",
    "data.validation",
    "data.subset",
    "data.clean",
    "training.precision",
    "training.seed",
)


@dataclass(frozen=True)
class Condition:
    """A property that should be the same for every run of a comparison.

    Attributes:
        noun: the name of the property.
        value: reads it from a run; returns None if it is not known.
        consequence: what a difference between experiments means; empty where differences are only listed.
    """

    noun: str
    value: Callable[[CompleteRun], str | None]
    consequence: str = ""


DATA = (
    Condition("dataset", lambda run: run.summary.dataset, _NOT_COMPARABLE),
    Condition(
        "validation images",
        lambda run: f"{run.summary.validation} ({run.summary.validation_images:,})",
        _NOT_COMPARABLE,
    ),
)
TERMS = (
    Condition("training images", lambda run: f"{run.summary.train_images:,}", _UNEQUAL),
    Condition("clean images", lambda run: f"{run.summary.clean_images:,}", "the gaps are not equally exact"),
    Condition("precision", lambda run: run.summary.precision, _INEXACT),
)


def _of_environment(noun: str, value: Callable[[Environment], object]) -> Condition:
    def read(run: CompleteRun) -> str | None:
        found = None if run.environment is None else value(run.environment)
        return None if found is None else str(found)

    return Condition(noun, read, _INEXACT)


_MACHINE = (
    _of_environment("backend", lambda environment: environment.backend),
    _of_environment("device", lambda environment: environment.device),
    _of_environment("processor", lambda environment: environment.processor),
    _of_environment("threads", lambda environment: environment.threads),
    _of_environment("reglab", lambda environment: environment.reglab),
    _of_environment("Keras", lambda environment: environment.keras),
    _of_environment("NumPy", lambda environment: environment.numpy),
    _of_environment("TensorFlow", lambda environment: _library(environment, "tensorflow")),
    _of_environment("JAX", lambda environment: _library(environment, "jax")),
    _of_environment("jaxlib", lambda environment: environment.jaxlib if _uses(environment, "jax") else None),
    _of_environment("PyTorch", lambda environment: _library(environment, "torch")),
)


def read_settings(path: Path) -> Mapping[str, str] | None:
    """Reads the settings that should be equal in a comparison.

    Args:
        path: a run's `experiment.yaml`. Keys that are missing in an older file have their default.

    Returns:
        Dotted key → value, such as `training.batch_size` → `200`; without names, seed and regularizers. None
        if the file cannot be read.
    """
    # Importing Experiment imports all regularizers, which takes time that other commands do not need.
    from reglab.experiment import Experiment

    try:
        values = Experiment.load(path).model_dump(mode="json", exclude_none=True)
    except ReglabError:
        try:
            # The values of an older experiment can be read even if a newer rule forbids them.
            values = dict(read_tree(path).value)
        except ReglabError:
            return None
    return dict(_flatten(values))


def share_data(one: ExperimentResult, other: ExperimentResult) -> bool:
    """Whether two experiments have the same data set, and the same kind and number of validation images."""
    return all(list_values(condition, one) == list_values(condition, other) for condition in DATA)


def describe_other_data(results: Sequence[ExperimentResult]) -> tuple[str, ...]:
    """Lists differences that make accuracies incomparable: other data sets, or other validation images."""
    return _describe(DATA, results)


def describe_unequal(results: Sequence[ExperimentResult]) -> tuple[str, ...]:
    """Lists the other settings that should be the same and differ.

    Args:
        results: the experiments of a comparison.

    Returns:
        Sentences such as `CNN / the others differ in training.batch_size: 100 / 200: not on equal terms`.
        Conditions that divide the experiments in the same way are in one sentence.
    """
    return _describe((*TERMS, *list_settings(results)), results)


def describe_circumstances(results: Sequence[ExperimentResult]) -> tuple[str, ...]:
    """Lists differences of machine and versions, and what is special about a single experiment."""
    return (*_describe(_MACHINE, results), *(note for result in results for note in _inside(result)))


def _describe(conditions: Sequence[Condition], results: Sequence[ExperimentResult]) -> tuple[str, ...]:
    differences: dict[tuple[str, str], list[str]] = {}
    for condition in conditions:
        groups = _divide(condition, results)
        if len(groups) > 1:
            who = " / ".join(groups.values()) if len(groups) <= MOST else "the experiments"
            values = " / ".join([*groups][:MOST]) + (" / …" if len(groups) > MOST else "")
            differences.setdefault((who, condition.consequence), []).append(f"{condition.noun}: {values}")
    return tuple(
        f"{who} differ in {', '.join(found)}: {consequence}"
        for (who, consequence), found in differences.items()
    )


def list_settings(results: Sequence[ExperimentResult]) -> Iterator[Condition]:
    """The keys of the experiments, in the order of their files, each as a condition."""
    keys = dict.fromkeys(key for result in results for run in result.runs for key in run.settings or ())
    yield from map(_of_settings, keys)


def _of_settings(key: str) -> Condition:
    name = f"{key.rpartition('.')[0]}.name"

    def read(run: CompleteRun) -> str | None:
        if run.settings is None:
            return None
        # The keys of optimizers and schedules depend on their `name`, which is compared itself.
        return run.settings.get(key, None if name in run.settings else _NOT_SET)

    return Condition(key, read, _UNEQUAL)


def _divide(condition: Condition, results: Sequence[ExperimentResult]) -> Mapping[str, str]:
    """Value → titles, the most frequent value last; empty if no value differs. Unknown values are omitted."""
    titles: dict[str, list[str]] = {}
    for result in results:
        if values := list_values(condition, result):
            titles.setdefault(" or ".join(values), []).append(result.title)
    usual = max(titles, key=lambda value: len(titles[value]), default="")
    named = {value: join_titles(who) for value, who in titles.items() if value != usual}
    if named:
        named[usual] = "the others" if len(titles[usual]) > 1 else titles[usual][0]
    return named


def _inside(result: ExperimentResult) -> Iterator[str]:
    """Notes on one experiment: its seeds differ, its weights were selected, a run was resumed, and so on."""
    mixed = [condition for condition in (*DATA, *TERMS, *_MACHINE) if len(list_values(condition, result)) > 1]
    if mixed:
        exact = all(condition.consequence == _INEXACT for condition in mixed)
        nouns = ", ".join(condition.noun for condition in mixed)
        consequence = _INEXACT if exact else "they are not one experiment"
        yield f"the seeds of {result.title} differ in {nouns}: {consequence}"
    if any(run.summary.weights_epoch != len(run.history.rows) for run in result.runs):
        yield (
            f"{result.title} kept the weights of its best epoch on the validation images (early stopping), "
            "which favours it there"
        )
    for run in result.runs:
        if run.settings is None:
            yield f"the settings of {result.title} were not compared: {run.path} has no valid experiment.yaml"
        if run.environment is not None and run.environment.resumed_with:
            changes = "; ".join(run.environment.resumed_with)
            yield (
                f"{result.title}, seed {run.seed} was resumed under other conditions ({changes}): "
                "its numbers differ from those of an uninterrupted run"
            )


def list_values(condition: Condition, result: ExperimentResult) -> tuple[str, ...]:
    """The distinct known values of a condition over the seeds."""
    values = dict.fromkeys(condition.value(run) for run in result.runs)
    return tuple(value for value in values if value is not None)


def _flatten(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        key = f"{above}{name}"
        if key in _ELSEWHERE:
            continue
        if isinstance(value, dict):
            yield from _flatten(value, f"{key}.")
        else:
            yield key, value if isinstance(value, str) else json.dumps(value)


def _uses(environment: Environment, backend: str) -> bool:
    return environment.backend == backend


def _library(environment: Environment, backend: str) -> str | None:
    """The version of a backend; None if the run used another one."""
    versions = {"tensorflow": environment.tensorflow, "jax": environment.jax, "torch": environment.torch}
    return versions[backend] if _uses(environment, backend) else None

"""From a YAML file to a checked experiment, with everything that is wrong said at once."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from reglab.config.inheritance import inherit
from reglab.config.kinds import imply_kinds
from reglab.config.messages import explain, place_of, sort_problems
from reglab.config.optimizer import SGD
from reglab.config.overrides import apply_overrides
from reglab.config.schedule import Step
from reglab.config.schema import BareExperiment, Data, Impossible, Training
from reglab.config.tree import KeyPath, Tree, format_key
from reglab.errors import ExperimentError, Problem

ExperimentT = TypeVar("ExperimentT", bound=BareExperiment)


def load_experiment(path: Path, kind: type[ExperimentT], overrides: Sequence[str] = ()) -> ExperimentT:
    """Reads, merges, overrides and validates an experiment.

    Args:
        path: its YAML file.
        kind: the experiment's model, which knows the regularizers that exist.
        overrides: `key=value`, as after `--set`.

    Returns:
        The experiment, every default filled in.

    Raises:
        ExperimentError: with every problem of the file.
    """
    tree = apply_overrides(inherit(path, imply_kinds(kind)), overrides)
    tree.value.setdefault("name", _name_from(path))
    problems = list(tree.problems)
    try:
        # JSON, since pydantic's strict mode takes a list for a tuple only there.
        experiment = kind.model_validate_json(json.dumps(tree.value))
    except ValidationError as error:
        raise ExperimentError(sort_problems([*problems, *explain(error, tree, kind)])) from None
    problems += _impossible(experiment, tree)
    if problems:
        raise ExperimentError(sort_problems(problems))
    return experiment


def _name_from(path: Path) -> str:
    return re.sub(r"[^A-Za-z0-9_.+-]+", "-", path.stem).lstrip("_.+-")[:80] or "experiment"


def _impossible(experiment: BareExperiment, tree: Tree) -> list[Problem]:
    """Settings that are each allowed, but not together."""
    found: list[tuple[KeyPath, str]] = []
    techniques = experiment.regularizers
    for name, technique in zip(techniques.names, techniques.techniques, strict=True):
        found += [
            (("regularizers", name, *filter(None, [fault.parameter])), fault.message)
            for fault in technique.impossible(experiment)
        ]
    for section, faults in (
        ("data", _impossible_data(experiment.data)),
        ("training", _impossible_training(experiment.training)),
    ):
        found += [((section, *fault.parameter.split(".")), fault.message) for fault in faults]
    return [Problem(place_of(tree, path), format_key(path), message) for path, message in found]


def _impossible_data(data: Data) -> Iterator[Impossible]:
    if data.image_size is not None and data.dataset != "folder":
        message = f"expected it with dataset: folder only, got {data.image_size} with {data.dataset}"
        yield Impossible("image_size", message)


def _impossible_training(training: Training) -> Iterator[Impossible]:
    """What would be taken and then have no effect."""
    optimizer, schedule = training.optimizer, training.schedule
    if isinstance(optimizer, SGD) and optimizer.nesterov and not optimizer.momentum:
        message = "expected it with a momentum above 0 only, got true with momentum: 0"
        yield Impossible("optimizer.nesterov", message)
    if schedule.warmup_epochs > training.epochs:
        message = f"expected at most training.epochs, {training.epochs}, got {schedule.warmup_epochs:g}"
        yield Impossible("schedule.warmup_epochs", message)
    # After the last epoch there is no step left that the new rate could change.
    if isinstance(schedule, Step) and schedule.every_epochs >= training.epochs:
        message = f"expected less than training.epochs, {training.epochs}, got {schedule.every_epochs}"
        yield Impossible("schedule.every_epochs", message)

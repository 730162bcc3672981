"""From a YAML file to a checked experiment, with everything that is wrong said at once."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from reglab.config.inheritance import inherit
from reglab.config.messages import explain, place_of, sort_problems
from reglab.config.overrides import apply_overrides
from reglab.config.schema import BareExperiment
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
    tree = apply_overrides(inherit(path), overrides)
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
    data = experiment.data
    if data.image_size is not None and data.dataset != "folder":
        message = f"expected it with dataset: folder only, got {data.image_size} with {data.dataset}"
        found.append((("data", "image_size"), message))
    return [Problem(place_of(tree, path), format_key(path), message) for path, message in found]

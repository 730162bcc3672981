"""An experiment: what is trained, with which regularizers, on which images."""

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from reglab.config.base import Frozen
from reglab.config.conflict import Conflict
from reglab.config.data import Data
from reglab.config.model import Model
from reglab.config.setup import Setup
from reglab.config.training import Training
from reglab.config.yaml.inheritance import merge
from reglab.config.yaml.kinds import imply_kinds
from reglab.config.yaml.loading import load_tree, validate_tree
from reglab.config.yaml.messages import CONFLICT
from reglab.config.yaml.overrides import nest
from reglab.config.yaml.tree import Tree
from reglab.errors import ExperimentError, Problem
from reglab.regularizers.base import Advice
from reglab.regularizers.table import Regularizers

# The names of an experiment do not change its numbers.
_NAMES = frozenset({"name", "title", "description"})
# Keys that were added after the first runs. At their default they are left out of the identity, so that
# older runs keep theirs.
_ADDED = (("model", "residual", False),)


class Experiment(Frozen):
    """One YAML file, resolved and validated: the unit that is run, repeated and compared.

    Every rule holds however it was built: from a file, from a mapping, or in Python.

    Example:
        >>> experiment = Experiment.from_mapping({"name": "mp", "regularizers": {"max_pooling": {}}})
        >>> experiment.with_changes({"training.epochs": 5}).training.epochs
        5
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$", max_length=80)]
    """Folder of its runs; the file's own name if omitted."""
    title: str = ""
    """What figures and tables call it; the name if omitted."""
    description: str = ""
    """The question that it asks, in one sentence."""
    data: Data = Data()
    model: Model = Model()
    regularizers: Regularizers = Field(default_factory=Regularizers)
    training: Training = Training()

    @classmethod
    def load(cls, path: Path, overrides: Sequence[str] = ()) -> Self:
        """Reads an experiment from a YAML file.

        Args:
            path: its file.
            overrides: `key=value`, as after `--set`.

        Raises:
            ExperimentError: with every problem of the file, each with its line.
        """
        return validate_tree(load_tree(path, overrides, imply_kinds(cls)), cls)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """Builds an experiment from nested mappings, lists and numbers, as a YAML file has them.

        Args:
            values: sections and keys; what is omitted has its default, `name` the default `experiment`.

        Raises:
            ExperimentError: with every problem, each with its key.
        """
        try:
            plain = json.loads(json.dumps(dict(values)))
        except (TypeError, ValueError) as error:
            message = f"expected mappings, lists, texts, numbers, true, false and null only: {error}"
            raise ExperimentError([Problem("", "", message)]) from None
        return validate_tree(Tree(merge({"name": "experiment", **imply_kinds(cls)}, plain), {}), cls)

    def with_changes(self, changes: Mapping[str, Any]) -> Self:
        """The same experiment with other values.

        Args:
            changes: new values by key, such as `{"training.epochs": 5, "regularizers.dropout": None}`. A
                mapping is merged into the one that is there, as with `--set`.

        Raises:
            ExperimentError: with every problem, each with its key.
        """
        values = self.model_dump(mode="json", exclude_none=True)
        for key, value in changes.items():
            values = merge(values, nest(tuple(key.split(".")), value))
        return self.from_mapping(values)

    def with_seed(self, seed: int) -> Self:
        """The same experiment with another seed."""
        return self.with_changes({"training.seed": seed})

    @property
    def label(self) -> str:
        """What figures and tables call this experiment."""
        return self.title or self.name

    @property
    def setup(self) -> Setup:
        """What its regularizers are checked against."""
        return Setup(self.data, self.model, self.training, self.regularizers.names)

    @property
    def identity(self) -> str:
        """A hash, 16 hexadecimal digits, of everything but the seed that decides the numbers of a run."""
        values = self.model_dump(mode="json", exclude_none=True, exclude=set(_NAMES))
        del values["training"]["seed"]
        for section, key, default in _ADDED:
            if values[section].get(key) == default:
                del values[section][key]
        return sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]

    def advice(self) -> tuple[Advice, ...]:
        """What the literature says against its settings: of each active regularizer, then of the data."""
        return tuple(self._advice())

    def _advice(self) -> Iterator[Advice]:
        for regularizer in self.regularizers.active:
            yield from regularizer.advice(self.setup)
        if self.data.validation == "test":
            yield Advice(
                "the validation set is the test set: a setting that is chosen on it is not tested by it; "
                "data.validation: 0.1 holds out a part of train",
                "Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2009, section 7.2",
            )

    def _conflicts(self) -> Iterator[tuple[tuple[str, ...], Conflict]]:
        regularizers = zip(self.regularizers.names, self.regularizers.active, strict=True)
        for name, regularizer in regularizers:
            for conflict in regularizer.conflicts(self.setup):
                yield ("regularizers", name), conflict
        for conflict in self.data.conflicts():
            yield ("data",), conflict
        for conflict in self.training.conflicts():
            yield ("training",), conflict

    @model_validator(mode="after")
    def _check_conflicts(self) -> Self:
        errors: list[InitErrorDetails] = [
            {
                "type": PydanticCustomError(CONFLICT, "{message}", {"message": conflict.message}),
                "loc": (*section, *filter(None, conflict.key.split("."))),
                "input": None,
            }
            for section, conflict in self._conflicts()
        ]
        if errors:
            raise ValidationError.from_exception_data(type(self).__name__, errors)
        return self

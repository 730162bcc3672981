"""An experiment: the network, its training, its regularizers and its images."""

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from reglab.config.base import Frozen, Line, Name, Text
from reglab.config.conflict import CONFLICT, Conflict
from reglab.config.data import Data
from reglab.config.model import Model
from reglab.config.optimizer import LARGEST_USUAL_RATES, SMALLEST_USUAL_RATE
from reglab.config.setup import Setup
from reglab.config.training import Training
from reglab.config.yaml.loading import convert_mapping, load_tree, validate_tree
from reglab.config.yaml.overrides import apply_changes
from reglab.errors import ExperimentError, Problem
from reglab.regularizers.base import Advice
from reglab.regularizers.table import Regularizers

# These do not change the numbers of a run.
_NAMES = frozenset({"name", "title", "description"})
# Keys that were added after the first runs: section, key and default. The identity omits them at their
# default, so that it is the same for older runs.
_ADDED = (("model", "residual", False),)


class Experiment(Frozen):
    """One YAML file, resolved and validated.

    A run trains it with one seed. The same rules apply to an experiment from a file, from a mapping and
    from `Experiment(...)`. A wrong value raises pydantic's `ValidationError` in `Experiment(...)`, and an
    `ExperimentError` in the other two.

    Example:
        >>> experiment = Experiment.from_mapping({"name": "mp", "regularizers": {"max_pooling": {}}})
        >>> experiment.with_changes({"training.epochs": 5}).training.epochs
        5
    """

    name: Name
    """Name of the folder of its runs; if omitted, the name of the file."""
    title: Line = ""
    """Its name in figures and tables; if omitted, `name`."""
    description: Text = ""
    """Its question, in one sentence."""
    data: Data = Data()
    model: Model = Model()
    regularizers: Regularizers = Field(default_factory=Regularizers)
    training: Training = Training()

    @classmethod
    def load(cls, path: str | Path, overrides: Sequence[str] = ()) -> Self:
        """Reads an experiment from a YAML file.

        Args:
            path: its file.
            overrides: `key=value`, as after `--set`.

        Raises:
            ExperimentError: with every problem of the file and its line.
        """
        return validate_tree(load_tree(Path(path), overrides), cls)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """Builds an experiment from nested mappings, lists and scalars, such as those of a YAML file.

        Args:
            values: sections and keys. Omitted keys have their default, `name` the default `experiment`.

        Raises:
            ExperimentError: with every problem, each with its key.
        """
        return validate_tree(convert_mapping(values), cls)

    def with_changes(self, changes: Mapping[str, Any]) -> Self:
        """The same experiment with other values.

        Args:
            changes: new values by key, such as `{"training.epochs": 5, "regularizers.dropout": None}`. As
                with `--set`, a mapping is merged into the existing one, and another optimizer replaces it.

        Raises:
            ExperimentError: with every problem, each with its key.
        """
        wrong = [key for key in changes if not isinstance(key, str)]
        if wrong:
            message = f"expected keys such as training.epochs, got {', '.join(map(repr, wrong))}"
            raise ExperimentError([Problem("", "", message)])
        values = self.model_dump(mode="json", exclude_none=True)
        return self.from_mapping(apply_changes(values, changes))

    def with_seed(self, seed: int) -> Self:
        """The same experiment with another seed."""
        return self.with_changes({"training.seed": seed})

    @property
    def label(self) -> str:
        """Its name in figures and tables."""
        return self.title or self.name

    @property
    def setup(self) -> Setup:
        """The part that its regularizers are checked against."""
        return Setup(self.data, self.model, self.training, self.regularizers.names)

    @property
    def identity(self) -> str:
        """A hash of all settings that change the numbers of a run, except the seed; 16 hexadecimal digits."""
        values = self.model_dump(mode="json", exclude_none=True, exclude=set(_NAMES))
        del values["training"]["seed"]
        for section, key, default in _ADDED:
            if values[section].get(key) == default:
                del values[section][key]
        return sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]

    def advice(self) -> tuple[Advice, ...]:
        """What the literature says against its settings: of each active regularizer, then of the rest."""
        return tuple(self._advice())

    def _advice(self) -> Iterator[Advice]:
        for regularizer in self.regularizers.active:
            yield from regularizer.advice(self.setup)
        optimizer = self.training.optimizer
        largest = LARGEST_USUAL_RATES[optimizer.name]
        if not SMALLEST_USUAL_RATE <= optimizer.learning_rate <= largest:
            yield Advice(
                f"a learning rate of {optimizer.learning_rate:g} is unusual for {optimizer.name}: from "
                f"{SMALLEST_USUAL_RATE:g} to {largest:g} is usual",
                "Bengio, Practical Recommendations for Gradient-Based Training of Deep Architectures, 2012; "
                "Kingma and Ba, Adam, 2015, section 2.1",
            )
        if self.data.validation == "test":
            yield Advice(
                "the validation set is the test set, so settings that are chosen on it have no independent "
                "test; set data.validation to 0.1 to hold out a part of train",
                "Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2009, section 7.2",
            )

    def _conflicts(self) -> Iterator[tuple[tuple[str, ...], Conflict]]:
        for name, regularizer in self.regularizers.named.items():
            for conflict in regularizer.conflicts(self.setup):
                yield ("regularizers", name), conflict
        for conflict in self.data.conflicts():
            yield ("data",), conflict
        for conflict in self.model.conflicts():
            yield ("model",), conflict
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

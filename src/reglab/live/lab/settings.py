"""The settings of the controls: which keys they change, and how their text becomes a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from reglab.config.yaml.tree import parse_value
from reglab.experiment import Experiment
from reglab.regularizers.augmentation import Augmentation
from reglab.regularizers.base import Regularizer
from reglab.regularizers.table import Regularizers

_MOVES = ("rotation", "width_shift", "height_shift", "shear", "zoom")


@dataclass(frozen=True)
class Setting:
    """One key of an experiment that a control changes.

    Attributes:
        key: dotted.
        label: its name on the page.
        help: its docstring.
        choices: its possible values, if there are only a few; booleans too.
    """

    key: str
    label: str
    help: str
    choices: tuple[Any, ...] = ()


TRAINING = (
    Setting("training.optimizer.learning_rate", "learning rate", "Step size of the optimizer."),
    Setting("training.optimizer.momentum", "momentum", "Only SGD and RMSprop have one."),
    Setting("training.optimizer.weight_decay", "weight decay", "Only AdamW has one of its own."),
    Setting("training.batch_size", "batch size", "Images of a step."),
    Setting("training.epochs", "epochs", "The training is complete after as many."),
)
USUAL = ("max_pooling", "dropout", "batch_norm", "augmentation", "l1", "l2", "weight_decay")
"""The regularizers of the lecture, which the page shows first."""


def list_regularizers() -> tuple[str, ...]:
    """All regularizers: those of the lecture, then the others."""
    return (*USUAL, *(name for name in Regularizers.model_fields if name not in USUAL))


def find_class(name: str) -> type[Regularizer]:
    """The class of a regularizer."""
    kind: type[Regularizer] = next(
        each for each in get_args(Regularizers.model_fields[name].annotation) if each is not NoneType
    )
    return kind


def list_settings(name: str) -> tuple[Setting, ...]:
    """The parameters of a regularizer."""
    return tuple(
        Setting(f"regularizers.{name}.{key}", key.replace("_", " "), field.description or "", _choices(field))
        for key, field in find_class(name).model_fields.items()
    )


def read_value(experiment: Experiment, key: str) -> Any:
    """The value of a dotted key; None if the experiment does not have it."""
    value: Any = experiment
    for part in key.split("."):
        value = getattr(value, part, None)
    return value


def parse_text(text: str) -> Any:
    """The value of the text of a field, as after `--set key=`; raises ExperimentError if it is not YAML."""
    return parse_value(text.strip(), "")


def show_value(value: Any) -> str:
    """A value as the text of a field."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def scale_augmentation(base: Augmentation, strength: float) -> Mapping[str, Any]:
    """The changes that multiply all ranges of an augmentation; its flips stay.

    Args:
        base: the augmentation with strength 1.
        strength: factor.
    """
    return {f"regularizers.augmentation.{name}": strength * getattr(base, name) for name in _MOVES}


def read_strength(base: Augmentation, current: Augmentation) -> float | None:
    """The factor between two augmentations; None if it is not the same for all ranges."""
    factors = {round(getattr(current, name) / value, 6) for name in _MOVES if (value := getattr(base, name))}
    added = any(getattr(current, name) for name in _MOVES if not getattr(base, name))
    return factors.pop() if len(factors) == 1 and not added else None


def _choices(field: FieldInfo) -> tuple[Any, ...]:
    annotation = field.annotation
    if annotation is bool:
        return (False, True)
    literals = [each for each in (annotation, *get_args(annotation)) if get_origin(each) is Literal]
    return tuple(value for each in literals for value in get_args(each))

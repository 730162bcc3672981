"""The base of every part of an experiment."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

Count = Annotated[int, Field(ge=1)]


class Frozen(BaseModel):
    """Immutable; wrong types, unknown keys, infinity and NaN are errors.

    A list is accepted for a tuple, as in YAML.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )

    @model_validator(mode="before")
    @classmethod
    def _accept_lists(cls, values: Any) -> Any:
        return {key: _freeze(value) for key, value in values.items()} if isinstance(values, dict) else values


def _freeze(value: Any) -> Any:
    return tuple(_freeze(item) for item in value) if isinstance(value, list) else value

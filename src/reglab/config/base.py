"""The base of every part of an experiment."""

from typing import Annotated, Any
from unicodedata import normalize

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from reglab.config.conflict import CONFLICT
from reglab.printable import has_controls

_LARGEST = 10_000_000
_LONGEST_LINE = 200
LONGEST_NAME = 200
"""Bytes in UTF-8. File systems have room for 255, temporary files included."""


def _refuse_huge(value: int) -> int:
    # Not in the schema, which would make every message about a count longer.
    if value > _LARGEST:
        raise PydanticCustomError(CONFLICT, f"expected at most {_LARGEST:,}, got a larger number")
    return value


def _check_text(value: str) -> str:
    if has_controls(value):
        raise PydanticCustomError(
            CONFLICT, "expected text without control characters, got {shown}", {"shown": ascii(value)}
        )
    if value and not value.strip():
        raise PydanticCustomError(CONFLICT, "expected text, got spaces only")
    return value


def _check_line(value: str) -> str:
    if "\n" in value:
        raise PydanticCustomError(CONFLICT, "expected one line, got several")
    if len(value) > _LONGEST_LINE:
        raise PydanticCustomError(CONFLICT, f"expected at most {_LONGEST_LINE} letters, got {len(value)}")
    return value


def _check_name(value: str) -> str:
    # Not in the schema, where a length is that of letters.
    if len(value.encode()) > LONGEST_NAME:
        raise PydanticCustomError(
            CONFLICT, f"expected at most {LONGEST_NAME} bytes in UTF-8, got {len(value.encode())}"
        )
    # A letter with an accent has two forms, which would be two folders.
    return normalize("NFC", value)


Count = Annotated[int, Field(ge=1), AfterValidator(_refuse_huge)]
"""A number of epochs, images, filters, …, from 1 to 10 million."""
Name = Annotated[
    str,
    Field(pattern=r"^[\p{L}\p{N}][\p{L}\p{M}\p{N}_.+-]*$", max_length=80),
    AfterValidator(_check_name),
]
"""Letters and digits of any script, and some punctuation: the name of a folder."""
Text = Annotated[str, AfterValidator(_check_text)]
"""Text without control characters, which would change the terminal that shows it."""
Line = Annotated[Text, AfterValidator(_check_line)]
"""One line of text."""


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

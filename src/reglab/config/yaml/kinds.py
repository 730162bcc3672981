"""The kind of optimizer and schedule that is meant where none is named: the default's."""

from typing import Any

from pydantic import BaseModel


def imply_kinds(kind: type[BaseModel]) -> dict[str, Any]:
    """The defaults of all that comes in several kinds, as an experiment's file would say them.

    Below what the files say, they name the kind that `optimizer: {learning_rate: 0.01}` changes; a file
    that names another kind replaces them.

    Args:
        kind: the experiment's model.

    Returns:
        `{"training": {"optimizer": {"name": "adamw", …}, "schedule": {…}}}`.
    """
    implied: dict[str, Any] = {}
    for section, field in kind.model_fields.items():
        default = field.get_default(call_default_factory=True)
        if isinstance(default, BaseModel):
            entries = type(default).model_fields.items()
            names = {name for name, entry in entries if entry.discriminator}
            if names:
                implied[section] = default.model_dump(mode="json", include=names)
    return implied

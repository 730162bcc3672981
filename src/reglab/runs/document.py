"""Reads and writes the JSON files of a run."""

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from reglab.errors import RunError
from reglab.files import read_file, write_atomically
from reglab.printable import replace_controls


class Document(BaseModel):
    """The content of a JSON file. Unknown keys, such as those of a newer version, are ignored."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="ignore", ser_json_inf_nan="constants", use_attribute_docstrings=True
    )


AnyDocument = TypeVar("AnyDocument", bound=Document)


def read_document(path: Path, kind: type[AnyDocument]) -> AnyDocument:
    """Reads one JSON file.

    Args:
        path: the file.
        kind: class of its content.

    Raises:
        RunError: the file cannot be read, is not JSON, lacks a required key, or has a wrong value.
    """
    content = read_file(path)
    try:
        return kind.model_validate_json(_make_printable(content))
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in problem["loc"])
        where = f"{path}: {key}" if key else str(path)
        raise RunError(f"{where}: expected the {kind.__name__.lower()} of a run: {problem['msg']}") from error


def _make_printable(content: bytes) -> bytes:
    """The same JSON without control characters in its strings; the run may be that of another person."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        # Pydantic describes the error.
        return content
    return json.dumps(_clean(value)).encode()


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return replace_controls(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return {key: _clean(item) for key, item in value.items()} if isinstance(value, dict) else value


def write_document(path: Path, document: Document) -> None:
    """Writes one JSON file atomically.

    Args:
        path: the file to write or replace.
        document: its content.

    Raises:
        RunError: the system refused.
    """
    write_atomically(path, document.model_dump_json(indent=2) + "\n")

"""The JSON Schema of an experiment's file, for editors."""

from typing import Any

from pydantic import BaseModel


def build_editor_schema(kind: type[BaseModel]) -> dict[str, Any]:
    """The schema of a file: with `extends`, and with every key optional.

    Args:
        kind: the experiment's model.

    Returns:
        A JSON Schema, draft 2020-12.
    """
    schema = kind.model_json_schema()
    extends = {"type": "string", "description": "Path of the experiment that this one changes."}
    schema["properties"] = {"extends": extends, **schema["properties"]}
    # Every key may be inherited, so none is required.
    schema.pop("required", None)
    for definition in schema["$defs"].values():
        definition.pop("required", None)
        for entry in definition.get("properties", {}).values():
            # An optimizer without a name may match several kinds, which `oneOf` rejects.
            if "discriminator" in entry:
                entry["anyOf"] = entry.pop("oneOf")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}

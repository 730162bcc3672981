"""The JSON Schemas of the files of experiments and studies, for editors."""

from typing import Any

from pydantic import BaseModel

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


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
    return {"$schema": _DRAFT, **schema}


def build_study_schema(study: type[BaseModel], experiment: type[BaseModel]) -> dict[str, Any]:
    """The schema of a study's file, in which experiments and regularizers have their keys.

    Args:
        study: the model of a study's file.
        experiment: the experiment's model.

    Returns:
        A JSON Schema, draft 2020-12.
    """
    inner = build_editor_schema(experiment)
    definitions = inner.pop("$defs")
    del inner["$schema"]
    schema = study.model_json_schema()
    schema.pop("required", None)
    entries = schema["properties"]
    whole = {"$ref": "#/$defs/ExperimentFile"}
    path = {"type": "string"}
    entries["base"] = {"anyOf": [path, whole], "description": entries["base"]["description"]}
    entries["experiments"] = {
        "type": "array",
        "items": {"anyOf": [path, whole]},
        "description": entries["experiments"]["description"],
    }
    entries["factors"] = {
        "type": "object",
        "additionalProperties": inner["properties"]["regularizers"],
        "description": entries["factors"]["description"],
    }
    return {"$schema": _DRAFT, **schema, "$defs": {**definitions, "ExperimentFile": inner}}

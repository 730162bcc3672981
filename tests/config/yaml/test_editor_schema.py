"""The JSON Schema for editors is complete and requires nothing."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reglab.config.base import Frozen
from reglab.config.shipped import list_shipped_experiments
from reglab.config.yaml.editor_schema import build_editor_schema
from reglab.config.yaml.tree import read_tree
from reglab.experiment import Experiment
from reglab.regularizers.table import Regularizers

SCHEMA = build_editor_schema(Experiment)
SHIPPED = list_shipped_experiments()
IS_OF_TYPE = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def fits(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether a value matches a schema: types, keys, choices and unions."""
    if "$ref" in schema:
        return fits(value, SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")])
    if "oneOf" in schema:
        return sum(fits(value, member) for member in schema["oneOf"]) == 1
    if "anyOf" in schema:
        return any(fits(value, member) for member in schema["anyOf"])
    if "const" in schema:
        return bool(value == schema["const"])
    if "enum" in schema:
        return value in schema["enum"]
    if not IS_OF_TYPE[schema["type"]](value):
        return False
    if isinstance(value, list):
        return all(fits(item, schema["items"]) for item in value)
    if isinstance(value, dict):
        known = schema.get("properties", {})
        required = set(schema.get("required", ()))
        return required <= set(value) <= set(known) and all(fits(value[key], known[key]) for key in value)
    return True


def mappings(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every mapping of the schema."""
    if isinstance(node, Mapping):
        yield node
        for inner in node.values():
            yield from mappings(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from mappings(inner)


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_shipped_experiments_fit(path: Path) -> None:
    """As they are written, before `extends` is resolved."""
    assert fits(read_tree(path).value, SCHEMA)


@pytest.mark.parametrize(
    "value",
    [
        {"modle": {}},
        {"model": {"groups": 5}},
        {"regularizers": {"dropuot": {}}},
        {"regularizers": {"dropout": {"rate": "0.3"}}},
        {"training": {"optimizer": {"name": "sgd", "weight_decay": 0.1}}},
        {"extends": 5},
    ],
)
def test_mistakes_do_not_fit(value: dict[str, Any]) -> None:
    """Editors mark values that loading refuses."""
    assert not fits(value, SCHEMA)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"extends": "a.yaml"},
        {"regularizers": {"dropout": None}},
        {"regularizers": {"dropout": {}}},
        {"training": {"optimizer": {"learning_rate": 0.1}}},
        {"training": {"schedule": {"warmup_epochs": 2}}},
    ],
)
def test_partial_experiments_fit(value: dict[str, Any]) -> None:
    """Every key may be omitted, also the name of the optimizer."""
    assert fits(value, SCHEMA)


def test_nothing_is_required() -> None:
    """Also a parameter without a default may be omitted, because it may be inherited."""

    class Inner(Frozen):
        rate: float

    class Outer(Frozen):
        inner: Inner

    for schema in (SCHEMA, build_editor_schema(Outer)):
        assert [node for node in mappings(schema) if isinstance(node.get("required"), list)] == []


def test_the_keys_are_those_of_an_experiment_and_extends() -> None:
    """`extends` is first; every regularizer of the table is a key."""
    assert list(SCHEMA["properties"]) == ["extends", *Experiment.model_fields]
    assert list(SCHEMA["$defs"]["Regularizers"]["properties"]) == list(Regularizers.model_fields)


def test_keys_are_explained() -> None:
    """The descriptions are the docstrings of the code."""
    assert SCHEMA["properties"]["extends"]["description"] == "Path of the experiment that this one changes."
    assert SCHEMA["$defs"]["Training"]["properties"]["epochs"]["description"] == (
        "Number of passes over the training images."
    )


def test_the_draft_is_named() -> None:
    """Editors choose the rules of validation by the draft."""
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"

"""What is expected at a key, in words, derived from the JSON Schema of the experiment.

The schema is the only source of types and bounds, so a message cannot contradict it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel

from reglab.config.yaml.tree import KeyPath


@dataclass(frozen=True)
class SchemaNode:
    """A part of a JSON Schema, and the definitions that it refers to."""

    schema: Mapping[str, Any]
    definitions: Mapping[str, Any]

    def descend(self, path: KeyPath, value: Any) -> "SchemaNode":
        """The part for a path; `value`, the content of the file, determines the member of a union."""
        node = self._resolved()
        for part in path:
            node = node._object_for(value)._child(part)._resolved()
            value = value_at(value, (part,))
        return node

    def keys_at(self, path: KeyPath, value: Any) -> tuple[str, ...]:
        """Names of the keys that are allowed below a path, for the selected member of a union."""
        node = self.descend(path, value)
        return tuple(node._object_for(value_at(value, path)).schema.get("properties", ()))

    @property
    def choices(self) -> tuple[str, ...]:
        """The strings that are allowed here; empty if any string is."""
        return tuple(
            word for option in self.options for word in _words(option.schema) if isinstance(word, str)
        )

    @property
    def options(self) -> tuple["SchemaNode", ...]:
        """The members of a union; for anything else, the node itself."""
        members = self.schema.get("anyOf") or self.schema.get("oneOf")
        if not members:
            return (self,)
        return tuple(SchemaNode(member, self.definitions)._resolved() for member in members)

    def _resolved(self) -> "SchemaNode":
        if "$ref" not in self.schema:
            return self
        return SchemaNode(self.definitions[self.schema["$ref"].rpartition("/")[2]], self.definitions)

    def _object_for(self, value: Any) -> "SchemaNode":
        discriminator = self.schema.get("discriminator")
        if discriminator:
            mapping = discriminator["mapping"]
            name = value.get(discriminator["propertyName"]) if isinstance(value, Mapping) else None
            # In a wrong file the name may be of any type, also one that is not hashable.
            if not isinstance(name, str) or name not in mapping:
                return SchemaNode({"properties": {"name": {"enum": list(mapping)}}}, self.definitions)
            return SchemaNode({"$ref": mapping[name]}, self.definitions)._resolved()
        for option in self.options:
            if "properties" in option.schema or option.schema.get("type") == "array":
                return option
        return self

    def _child(self, part: str | int) -> "SchemaNode":
        if isinstance(part, int):
            return SchemaNode(self.schema.get("items", {}), self.definitions)
        return SchemaNode(self.schema.get("properties", {}).get(part, {}), self.definitions)


@cache
def root_node(kind: type[BaseModel]) -> SchemaNode:
    """The schema of a whole model."""
    schema = kind.model_json_schema()
    return SchemaNode(schema, schema.get("$defs", {}))


def value_at(value: Any, path: KeyPath) -> Any:
    """The value at a path, or None if the path does not exist."""
    for part in path:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def describe(node: SchemaNode) -> str:
    """`a number in [0, 1)`, `one of relu, elu`, `test or a number in (0, 1)`, `a list of integers ≥ 1`."""
    discriminator = node.schema.get("discriminator")
    if discriminator:
        return "a mapping whose name is one of " + ", ".join(discriminator["mapping"])
    options = [option for option in node.options if option.schema.get("type") != "null"]
    words = " or ".join(_describe_one(option) for option in options)
    examples = node.schema.get("examples", ())
    return f"{words}, such as {examples[0]}" if examples else words


def _describe_one(node: SchemaNode) -> str:
    choices = _words(node.schema)
    if choices:
        return str(choices[0]) if len(choices) == 1 else "one of " + ", ".join(map(str, choices))
    if "pattern" in node.schema:
        # The only pattern is that of a name; its regular expression would not help.
        return f"1 to {node.schema['maxLength']} letters, digits or . _ + -, starting with a letter or digit"
    kind, range_ = _describe_type(node)
    if kind.startswith(("true", "null")):
        return kind
    return f"{'an' if kind[0] == 'i' else 'a'} {kind}{range_}"


def _describe_type(node: SchemaNode) -> tuple[str, str]:
    """A noun and its range: `number`, ` in [0, 1)`."""
    schema = node.schema
    match schema.get("type"):
        case "integer":
            return "integer", _range(schema)
        case "number":
            return "number", _range(schema)
        case "boolean":
            return "true or false", ""
        case "string":
            return "string", ""
        case "array":
            noun, restriction = _describe_type(node._child(0)._resolved())
            first, space, rest = noun.partition(" ")
            items = noun if noun.startswith("true") else f"{first}s{space}{rest}"
            return f"list of {items}{restriction}", ""
        case _:
            return "mapping", ""


def _words(schema: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(schema.get("enum", (schema["const"],) if "const" in schema else ()))


def _range(schema: Mapping[str, Any]) -> str:
    above, at_least = schema.get("exclusiveMinimum"), schema.get("minimum")
    below, at_most = schema.get("exclusiveMaximum"), schema.get("maximum")
    low = above if above is not None else at_least
    high = below if below is not None else at_most
    if low is None:
        return "" if high is None else f" {'≤' if below is None else '<'} {_number(high)}"
    if high is None:
        return f" {'≥' if above is None else '>'} {_number(low)}"
    left, right = "[" if above is None else "(", "]" if below is None else ")"
    return f" in {left}{_number(low)}, {_number(high)}{right}"


def _number(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:g}"

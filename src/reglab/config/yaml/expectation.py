"""What is expected at a key, in words, read off the JSON Schema of the experiment.

The schema is the one place where types and bounds stand, so a message cannot contradict it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel

from reglab.config.yaml.tree import KeyPath


@dataclass(frozen=True)
class SchemaNode:
    """A piece of a JSON Schema, and the definitions that it refers to."""

    schema: Mapping[str, Any]
    definitions: Mapping[str, Any]

    def descend(self, path: KeyPath, value: Any) -> "SchemaNode":
        """The piece for a path; `value`, the file's content, tells which member of a union is meant."""
        node = self._resolved()
        for part in path:
            node = node._object_for(value)._child(part)._resolved()
            value = _inner(value, part)
        return node

    def keys_at(self, path: KeyPath, value: Any) -> tuple[str, ...]:
        """Names of the keys that may stand below a path, for the member of a union that is meant."""
        node = self.descend(path, value)
        for part in path:
            value = _inner(value, part)
        return tuple(node._object_for(value).schema.get("properties", ()))

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that may stand here, if it is one of a few words."""
        return tuple(
            word for option in self.options for word in _words(option.schema) if isinstance(word, str)
        )

    @property
    def options(self) -> tuple["SchemaNode", ...]:
        """The members of a union; of anything else, itself."""
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
            kind = value.get("name") if isinstance(value, Mapping) else None
            if kind not in mapping:
                return SchemaNode({"properties": {"name": {"enum": list(mapping)}}}, self.definitions)
            return SchemaNode({"$ref": mapping[kind]}, self.definitions)._resolved()
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


def describe(node: SchemaNode) -> str:
    """`a number in [0, 1)`, `one of relu, elu`, `test, or a number in (0, 1)`."""
    discriminator = node.schema.get("discriminator")
    if discriminator:
        return "a mapping of parameters whose name is one of " + ", ".join(discriminator["mapping"])
    meant = [option for option in node.options if option.schema.get("type") != "null"]
    return ", or ".join(_describe_one(option) for option in meant or node.options)


def _describe_one(node: SchemaNode) -> str:
    schema = node.schema
    words = _words(schema)
    if words:
        return str(words[0]) if len(words) == 1 else "one of " + ", ".join(map(str, words))
    match schema.get("type"):
        case "integer":
            return f"an integer{_range(schema)}"
        case "number":
            return f"a number{_range(schema)}"
        case "boolean":
            return "true or false"
        case "null":
            return "null"
        case "string":
            return _describe_name(schema) if "pattern" in schema else "a text"
        case "array":
            items = SchemaNode(schema.get("items", {}), node.definitions)._resolved()
            length = "a list, not empty," if schema.get("minItems") else "a list"
            return f"{length} whose items are each {describe(items)}"
        case _:
            return "a mapping of parameters"


def _describe_name(schema: Mapping[str, Any]) -> str:
    # The one pattern there is; in a message a regular expression would help nobody.
    return f"up to {schema['maxLength']} letters, digits and . _ + -, a letter or digit first"


def _words(schema: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(schema.get("enum", (schema["const"],) if "const" in schema else ()))


def _range(schema: Mapping[str, Any]) -> str:
    above, from_ = schema.get("exclusiveMinimum"), schema.get("minimum")
    below, to = schema.get("exclusiveMaximum"), schema.get("maximum")
    low = above if above is not None else from_
    high = below if below is not None else to
    if low is None and high is None:
        return ""
    if high is None:
        return f" above {low:g}" if above is not None else f" of at least {low:g}"
    left = "(" if low is None or above is not None else "["
    right = ")" if below is not None else "]"
    return f" in {left}{'-∞' if low is None else f'{low:g}'}, {_whole(high)}{right}"


def _whole(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:g}"


def _inner(value: Any, part: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return None

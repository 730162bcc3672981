"""An experiment as YAML that can be loaded again."""

from typing import Any

import yaml
from pydantic import BaseModel

from reglab.config.yaml.tree import parse_scalar


def dump_yaml(model: BaseModel) -> str:
    """A model as YAML, without keys that are null; loading it gives an equal model."""
    values = model.model_dump(mode="json", exclude_none=True)
    return yaml.dump(values, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Dumper(yaml.SafeDumper):
    """Quotes strings that YAML 1.2 would read as another type, and writes each list in one line."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if not text.isprintable():
        # Double quotes escape line breaks of every kind; YAML would fold them otherwise.
        style = '"'
    elif not isinstance(parse_scalar(text), str):
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(list, _represent_list)

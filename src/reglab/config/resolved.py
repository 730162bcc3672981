"""The resolved experiment: as YAML that can be run again, and as the identity of its runs."""

import json
from hashlib import sha256
from typing import Any

import yaml

from reglab.config.schema import BareExperiment
from reglab.config.tree import parse_scalar

# What an experiment is called does not change its numbers.
_NAMES = frozenset({"name", "title", "description"})


def dump_experiment(experiment: BareExperiment) -> str:
    """The experiment as YAML with every key; loading it gives the same experiment."""
    values = experiment.model_dump(mode="json", exclude_none=True)
    return yaml.dump(values, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def identify(experiment: BareExperiment) -> str:
    """A hash, 16 hexadecimal digits, of everything but the seed that decides the numbers of a run."""
    values = experiment.model_dump(mode="json", exclude_none=True, exclude=set(_NAMES))
    del values["training"]["seed"]
    return sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


class _Dumper(yaml.SafeDumper):
    """Quotes what YAML 1.2 would take for something else than text, and keeps lists on one line."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if not text.isprintable():
        # Line breaks of every kind are escaped: written as they are, YAML would fold them.
        style = '"'
    elif not isinstance(parse_scalar(text), str):
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(list, _represent_list)

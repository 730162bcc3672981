"""Tests that help and README document commands, options, configs, regularizers and keys."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import jsonschema
import pytest
import ray
import yaml
from pydantic import BaseModel

from reglab.cli import main
from reglab.config.shipped import shipped_directory
from reglab.experiment import Experiment
from reglab.regularizers.table import Regularizers
from reglab.runs.history import COLUMNS
from reglab.runs.layout import RunDirectory

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
# Code blocks and inline code; prose such as "reglab trains" is not a command.
CODE = "\n".join(re.findall(r"^```.*?^```|`[^`\n]+`", README, flags=re.DOTALL | re.MULTILINE))
COMMANDS = sorted(main.commands.items())


def section(heading: str) -> str:
    """Return the text of the README from a heading to the next one."""
    _, found, rest = README.partition(f"# {heading}\n")
    assert found, heading
    return re.split(r"^#+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def find_models(kind: object) -> Iterator[type[BaseModel]]:
    """Yield the models in an annotation, including unions and lists."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for inner in getattr(kind, "__args__", ()):
        yield from find_models(inner)


def find_keys(model: type[BaseModel]) -> set[str]:
    """Return the keys of a model and its nested models, without those of the regularizers."""
    keys = set(model.model_fields)
    for name, field in model.model_fields.items():
        if name != "regularizers":
            for inner in find_models(field.annotation):
                keys |= find_keys(inner)
    return keys


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_commands_have_help_and_examples(name: str, command: click.Command) -> None:
    """Each command has a description and examples that start with its name."""
    assert command.help
    assert command.epilog is not None
    introduction, *lines = command.epilog.splitlines()[1:]
    assert introduction == "Examples:"
    assert lines
    assert [line for line in lines if not line.startswith(f"  reglab {name}")] == []


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_options_have_help(name: str, command: click.Command) -> None:
    """Each option has a help text."""
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_help_fits_a_terminal(name: str, command: click.Command) -> None:
    """Help and examples fit into 100 columns."""
    context = click.Context(command, info_name=f"reglab {name}", terminal_width=100)
    assert [line for line in command.get_help(context).splitlines() if len(line) > 100] == []


@pytest.mark.parametrize("name", sorted(main.commands))
def test_commands_are_in_the_readme(name: str) -> None:
    """The README has each command."""
    assert re.search(rf"reglab {name}\b", CODE)


def test_commands_and_options_in_the_readme_exist() -> None:
    """The README has no unknown command or option."""
    assert set(re.findall(r"\breglab ([a-z]+)", CODE)) - set(main.commands) == set()
    options = {"--help", "--version"}
    for command in main.commands.values():
        options |= {name for parameter in command.params for name in parameter.opts}
    # Other programs have options too.
    own = re.sub(
        r"```yaml.*?```|\b(?:ray|pip) (?:start|exec|attach|install)[^'\n`]*", "", README, flags=re.DOTALL
    )
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", own)) - options == set()


def test_configs_are_in_the_table() -> None:
    """The table has exactly the shipped configs."""
    shipped = {
        path.stem if path.parent == shipped_directory() else f"{path.parent.name}/"
        for path in shipped_directory().rglob("*.yaml")
    }
    cells = [row.split("|")[1] for row in section("The shipped experiments").splitlines() if "| `" in row]
    named = {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}
    assert named == shipped


def test_config_paths_in_the_readme_exist() -> None:
    """Each path of a config in the README is a shipped file."""
    paths = re.findall(r"configs/([\w/]+\.yaml)", README)
    assert [path for path in paths if not (shipped_directory() / path).is_file()] == []


def test_regularizers_in_the_readme_exist() -> None:
    """The table has only existing regularizers and parameters; `reglab schema` lists all of them."""
    rows = [row.split("|") for row in section("An experiment, key by key").splitlines() if "| `" in row]
    assert len(rows) > 10
    for _, names, parameters, _ in rows:
        for name in re.findall(r"`([^`]+)`", names):
            (technique,) = Regularizers.model_validate({name: {}}).active
            assert set(re.findall(r"`([^`]+)`", parameters)) <= set(type(technique).model_fields), name


def test_keys_are_in_the_readme() -> None:
    """The YAML in the README has each key of an experiment."""
    blocks = re.findall(r"```yaml\n(.*?)```", section("An experiment, key by key"), flags=re.DOTALL)
    named = set(re.findall(r"(\w+):", "\n".join(blocks)))
    assert find_keys(Experiment) - named == set()


def test_the_cluster_of_the_readme_fits_ray() -> None:
    """The file for Ray's launcher has only keys and types that the schema of Ray allows."""
    (text,) = re.findall(r"```yaml\n(.*?)```", section("On a cluster"), flags=re.DOTALL)
    schema = json.loads((Path(ray.__file__).parent / "autoscaler" / "ray-schema.json").read_text())
    jsonschema.validate(yaml.safe_load(text), schema)


def test_files_of_a_run_are_in_the_readme() -> None:
    """The README has each file of a run except the checkpoint, which is internal."""
    run = RunDirectory(Path("run"))
    names = {
        value.name
        for name, field in vars(RunDirectory).items()
        if isinstance(field, property) and isinstance(value := getattr(run, name), Path)
    }
    assert [name for name in names - {"checkpoint"} if name not in README] == []


def test_columns_of_the_history_are_in_the_readme() -> None:
    """The README has each column."""
    assert [column for column in COLUMNS if f"`{column}`" not in README] == []


@pytest.mark.parametrize("name", ["train_accuracy", "clean_accuracy"])
def test_section_ends_at_the_next_heading(name: str) -> None:
    """A section does not contain text of other sections."""
    assert name in README
    assert name not in section("Precision")

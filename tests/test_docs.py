"""What can be typed is documented: commands, options, configs, regularizers and keys."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from reglab.cli import main
from reglab.config.shipped import shipped_directory
from reglab.experiment import Experiment
from reglab.regularizers.table import Regularizers
from reglab.runs.history import COLUMNS
from reglab.runs.layout import RunDirectory

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(main.commands.items())


def section(heading: str) -> str:
    """The README's text from a heading to the next one."""
    _, found, rest = README.partition(f"# {heading}\n")
    assert found, heading
    return re.split(r"^#+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def find_models(kind: object) -> Iterator[type[BaseModel]]:
    """The models inside an annotation, unions and lists included."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for inner in getattr(kind, "__args__", ()):
        yield from find_models(inner)


def find_keys(model: type[BaseModel]) -> set[str]:
    """The keys of a model, and of those in it, but for the regularizers, which have a table of their own."""
    keys = set(model.model_fields)
    for name, field in model.model_fields.items():
        if name != "regularizers":
            for inner in find_models(field.annotation):
                keys |= find_keys(inner)
    return keys


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_commands_have_help_and_examples(name: str, command: click.Command) -> None:
    """A sentence, and lines that can be typed."""
    assert command.help
    assert command.epilog is not None
    introduction, *lines = command.epilog.splitlines()[1:]
    assert introduction == "Examples:"
    assert lines
    assert [line for line in lines if not line.startswith(f"  reglab {name}")] == []


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_options_have_help(name: str, command: click.Command) -> None:
    """Every one of them."""
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_help_fits_a_terminal(name: str, command: click.Command) -> None:
    """Its examples too, in 100 columns."""
    context = click.Context(command, info_name=f"reglab {name}", terminal_width=100)
    assert [line for line in command.get_help(context).splitlines() if len(line) > 100] == []


@pytest.mark.parametrize("name", sorted(main.commands))
def test_commands_are_in_the_readme(name: str) -> None:
    """As they are typed."""
    assert re.search(rf"`?reglab {name}\b", README)


def test_what_the_readme_types_exists() -> None:
    """Every command and every option that its text names."""
    typed = set(re.findall(r"(?:^|`)reglab ([a-z]+)", README, flags=re.MULTILINE))
    assert typed <= set(main.commands)
    options = {"--help", "--version"}
    for command in main.commands.values():
        options |= {name for parameter in command.params for name in parameter.opts}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README)) <= options


def test_configs_are_in_the_table() -> None:
    """Each that is shipped has a place in it, and it names no other."""
    shipped = {
        path.stem if path.parent == shipped_directory() else f"{path.parent.name}/"
        for path in shipped_directory().rglob("*.yaml")
    }
    cells = [row.split("|")[1] for row in section("The shipped experiments").splitlines() if "| `" in row]
    named = {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}
    assert shipped - named == set()
    assert named - shipped == set()


def test_configs_that_the_readme_names_are_shipped() -> None:
    """By path, anywhere in it."""
    missing = [
        path
        for path in re.findall(r"configs/([\w/]+\.yaml)", README)
        if not (shipped_directory() / path).is_file()
    ]
    assert missing == []


def test_regularizers_of_the_readme_exist() -> None:
    """Each with parameters that it has. A new one need not be there: `reglab schema` has them all."""
    rows = [row.split("|") for row in section("An experiment, key by key").splitlines() if "| `" in row]
    assert len(rows) > 10
    for _, names, parameters, _ in rows:
        for name in re.findall(r"`([^`]+)`", names):
            (technique,) = Regularizers.model_validate({name: {}}).active
            assert set(re.findall(r"`([^`]+)`", parameters)) <= set(type(technique).model_fields), name


def test_keys_are_in_the_readme() -> None:
    """Every key of an experiment stands in its YAML."""
    yaml = re.findall(r"```yaml\n(.*?)```", section("An experiment, key by key"), flags=re.DOTALL)
    named = set(re.findall(r"(\w+):", "\n".join(yaml)))
    assert find_keys(Experiment) - named == set()


def test_files_of_a_run_are_in_the_readme() -> None:
    """Each that a run may leave, but for the lock and the checkpoint, which are ours."""
    run = RunDirectory(Path("run"))
    names = {
        value.name
        for name, field in vars(RunDirectory).items()
        if isinstance(field, property) and isinstance(value := getattr(run, name), Path)
    }
    assert {name for name in names - {"checkpoint"} if name not in README} == set()


def test_columns_of_the_history_are_in_the_readme() -> None:
    """Each, with what it is."""
    assert [column for column in COLUMNS if f"`{column}`" not in README] == []


@pytest.mark.parametrize("name", ["train_accuracy", "clean_accuracy"])
def test_the_reader_of_the_readme_is_not_blind(name: str) -> None:
    """What is not in a section is not found in it."""
    assert name in README
    assert name not in section("Precision")

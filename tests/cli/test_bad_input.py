"""Wrong input: the message, exit code 2, and no file is created."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from reglab.cli import main
from reglab.errors import ExperimentError
from reglab.experiment import Experiment

Command = Callable[..., Any]
GOOD = "data: {dataset: synthetic}\n"


@pytest.fixture
def configs(here: Path) -> Path:
    """Valid and wrong experiments."""
    files = {
        "a.yaml": GOOD,
        "sub/a.yaml": GOOD,
        "bad.yaml": "titel: A\nmodel:\n  groups: 3\nregularizers:\n  dropuot: {}\n  dropout: {rate: 1.5}\n",
        "orphan.yaml": "extends: baseline.yml\n",
    }
    (here / "sub").mkdir()
    for name, text in files.items():
        (here / name).write_text(text)
    (here / "latin.yaml").write_bytes(b"title: caf\xe9\n")
    return here


def contents(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize("command", ["show", "preview"])
@pytest.mark.parametrize(
    ("path", "overrides"),
    [
        ("nope.yaml", []),
        ("sub", []),
        ("latin.yaml", []),
        ("orphan.yaml", []),
        ("a.yaml", ["training.epochs"]),
        ("a.yaml", ["training.epoch=5", "training.optimizer.name=[sgd]"]),
    ],
)
def test_experiments_that_cannot_be_loaded(
    call: Command, configs: Path, command: str, path: str, overrides: list[str]
) -> None:
    """Each command prints the problems of the experiment."""
    with pytest.raises(ExperimentError) as raised:
        Experiment.load(Path(path), overrides)
    before = contents(configs)
    options = [word for override in overrides for word in ("--set", override)]
    assert call(command, path, *options) == (2, "", f"{raised.value}\n")
    assert contents(configs) == before


def test_a_mistyped_file_is_suggested(call: Command, configs: Path) -> None:
    """A file is suggested only if its name is near."""
    assert call("show", "a.yml").err == "a.yml: the file does not exist; did you mean a.yaml?\n"
    assert call("show", "baseline.yml").err == "baseline.yml: the file does not exist\n"


def test_all_problems_are_printed_at_once(call: Command, configs: Path) -> None:
    """The problems of all files, each with its line and key."""
    before = contents(configs)
    code, out, err = call("run", "bad.yaml", "nope.yaml", "a.yaml")
    assert (code, out) == (2, "")
    assert [line.split(": ")[:2] for line in err.splitlines()] == [
        ["bad.yaml:1", "titel"],
        ["bad.yaml:3", "model.groups"],
        ["bad.yaml:5", "regularizers.dropuot"],
        ["bad.yaml:6", "regularizers.dropout.rate"],
        ["nope.yaml", "the file does not exist"],
    ]
    assert contents(configs) == before


def test_a_folder_of_experiments(call: Command, configs: Path) -> None:
    """`run` reads all YAML files in a folder, sorted, and prints the problems of all."""
    code, out, err = call("run", ".")
    assert (code, out) == (2, "")
    places = [line.split(":")[0] for line in err.splitlines()]
    assert list(dict.fromkeys(places)) == ["bad.yaml", "latin.yaml", "orphan.yaml"]


def test_a_folder_without_experiments(call: Command, configs: Path) -> None:
    """Files in folders below do not count."""
    (configs / "empty" / "sub").mkdir(parents=True)
    (configs / "empty" / "sub" / "a.yaml").write_text(GOOD)
    message = "empty: expected experiments, found no file in this folder that ends in .yaml\n"
    assert call("run", "a.yaml", "empty") == (2, "", message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            b"title: A\nmodle: {}\n",
            "stdin:2: modle: unknown key; expected one of extends, name, title, description, data, model, "
            "regularizers, training; did you mean model?",
        ),
        (b"", "stdin: expected an experiment, got an empty file"),
        (b"caf\xe9: 1", "stdin: expected a text file in UTF-8, got other bytes"),
        (b"extends: sub/b.yaml", "stdin:1: extends: the file 'sub/b.yaml' does not exist"),
    ],
)
def test_standard_input(configs: Path, text: bytes, message: str) -> None:
    """`-` reads the experiment from standard input; `extends` starts from the current folder."""
    done = CliRunner().invoke(main, ["run", "-"], input=text)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", message + "\n")


def test_standard_input_twice(configs: Path) -> None:
    """It is read once."""
    done = CliRunner().invoke(main, ["run", "-", "-"], input="extends: a.yaml\n")
    assert done.stderr == "-: the experiment is given twice\n"


def test_show_from_standard_input(configs: Path) -> None:
    """The experiment is named after it."""
    done = CliRunner().invoke(main, ["show", "-", "--resolved"], input="extends: a.yaml\n")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == "name: stdin"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["a.yaml", "sub/a.yaml"],
            "sub/a.yaml: name: a.yaml has the same name, 'a'; change one of them",
        ),
        (["a.yaml", "./a.yaml"], "a.yaml: the experiment is given twice"),
    ],
)
def test_experiments_that_cannot_be_run_together(
    call: Command, configs: Path, arguments: list[str], message: str
) -> None:
    """Two experiments of the same name would share a folder."""
    before = contents(configs)
    assert call("run", *arguments) == (2, "", message + "\n")
    assert contents(configs) == before


def test_control_characters_of_a_path_are_replaced(call: Command, here: Path) -> None:
    """The message does not change the terminal."""
    done = call("show", "a\x1b[31m.yaml")
    assert (done.code, done.err) == (2, "a�[31m.yaml: the file does not exist\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run"], "Missing argument 'CONFIG…'."),
        (["run", "a.yaml", "--epochs", "3"], "No such option '--epochs'."),
        (["run", "a.yaml", "--seed", "x"], "Invalid value for '--seed': 'x' is not a valid integer range."),
        (
            ["run", "a.yaml", "--seed", "-1"],
            "Invalid value for '--seed': -1 is not in the range 0<=x<=2147483647.",
        ),
        (
            ["run", "a.yaml", "--precision", "half"],
            "Invalid value for '--precision': 'half' is not one of 'auto', 'float32', 'mixed_bfloat16'.",
        ),
        (
            ["run", "a.yaml", "--results", ""],
            "Invalid value for '--results': the path is empty",
        ),
        (["run", "a.yaml", "--seed", "1", "--seed", "2"], "--seed is given 2 times."),
        (
            ["run", "a.yaml", "--seed", "1", "--set", " training.seed =2"],
            "--seed and --set training.seed set the same key; give one of them.",
        ),
        (
            ["run", "a.yaml", "--results", "~nobody-here/x"],
            "Invalid value for '--results': there is no home folder for ~nobody-here; for a folder of this "
            "name: ./~nobody-here/x",
        ),
        (
            ["run", "a.yaml", "--results", "a.yaml"],
            "Invalid value for '--results': Directory 'a.yaml' is a file.",
        ),
        (["show"], "Missing argument 'CONFIG'."),
        (["compare"], "Missing argument 'PATH…'."),
        (["compare", ""], "Invalid value for 'PATH…': the path is empty"),
        (
            ["compare", ".", "--output", "a.yaml"],
            "Invalid value for '--output': Directory 'a.yaml' is a file.",
        ),
        (["init", "a.yaml"], "Invalid value for '[DIRECTORY]': Directory 'a.yaml' is a file."),
        (
            ["preview", "a.yaml", "--output", "x.jpg"],
            "Invalid value for '--output': expected a name that ends in .png, .svg or .pdf, got x.jpg",
        ),
        (["predict", "sub"], "Missing argument 'IMAGE…'."),
    ],
)
def test_wrong_command_lines(call: Command, configs: Path, arguments: list[str], message: str) -> None:
    """The usage and the problem are printed."""
    before = contents(configs)
    code, out, err = call(*arguments)
    usage, _, rest = err.partition("\n\n")
    assert (code, out, rest) == (2, "", f"Error: {message}\n")
    assert usage.startswith(f"Usage: main {arguments[0]} [OPTIONS]")
    assert contents(configs) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["list", "nope"], "nope does not exist: expected a run, an experiment's folder, or results"),
        (["compare", "nope"], "nope does not exist: expected a run, an experiment's folder, or results"),
        (["compare", "sub"], "skipped, no runs in sub\nno complete run to compare"),
        (["compare", "a.yaml"], "skipped, no runs in a.yaml\nno complete run to compare"),
        (
            ["evaluate", "sub"],
            "sub: expected the folder of a run, such as results/mp/seed-0, found no status.json in it",
        ),
        (
            ["predict", "nope", "a.png"],
            "nope: expected the folder of a run, such as results/mp/seed-0, found no status.json in it",
        ),
        (
            ["data", "--data-dir", "nope"],
            "nope: expected a directory that holds the data, found nothing there",
        ),
    ],
)
def test_paths_without_results(call: Command, configs: Path, arguments: list[str], message: str) -> None:
    """The message names what is expected."""
    before = contents(configs)
    assert call(*arguments) == (2, "", message + "\n")
    assert contents(configs) == before


@pytest.mark.parametrize("state", ["interrupted", "failed"])
def test_runs_that_are_not_complete(
    call: Command, make_run: Callable[..., Any], here: Path, state: str
) -> None:
    """`predict` needs the trained network, `evaluate` a finished epoch."""
    make_run("results/mp/seed-0", state=state)
    message = f"results/mp/seed-0: expected a complete run, got one that is {state}\n"
    assert call("predict", "results/mp/seed-0", "x.png") == (2, "", message)
    message = "results/mp/seed-0: expected a run with a finished epoch, found one without a checkpoint\n"
    assert call("evaluate", "results/mp/seed-0") == (2, "", message)


@pytest.mark.parametrize("noise", [None, "{stddev: 0, activations: 0.1}"])
def test_nothing_to_preview(call: Command, configs: Path, noise: str | None) -> None:
    """It is reported before images or Keras are loaded, and no folder is made."""
    before = contents(configs)
    change = ["--set", f"regularizers.gaussian_noise={noise}"] if noise else []
    message = (
        "a.yaml: no regularizer changes single images; add augmentation, random_erasing or gaussian_noise\n"
    )
    done = call("preview", "a.yaml", "--data-dir", "nope", "--output", "new/x.png", *change)
    assert done == (2, "", message)
    assert contents(configs) == before


def test_a_preview_into_a_file(call: Command, configs: Path) -> None:
    """The folder cannot be made; it is reported before images or Keras are loaded."""
    change = ["--set", "regularizers.augmentation={}"]
    message = "cannot create bad.yaml: File exists\n"
    assert call("preview", "a.yaml", "--output", "bad.yaml/x.png", *change) == (2, "", message)

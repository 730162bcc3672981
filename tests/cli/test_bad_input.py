"""What people mistype: whole messages, exit 2, nothing created."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]
GOOD = "data: {dataset: synthetic}\n"


@pytest.fixture
def configs(here: Path) -> Path:
    """Good ones and bad ones."""
    files = {
        "a.yaml": GOOD,
        "sub/a.yaml": GOOD,
        "empty.yaml": "",
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


UNKNOWN = "expected one of name, title, description, data, model, regularizers, training"


@pytest.mark.parametrize("command", ["run", "show", "preview"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope.yaml"], "nope.yaml: expected a YAML file, got: No such file or directory"),
        (["sub"], "sub: expected a YAML file, got a directory"),
        (["empty.yaml"], "empty.yaml: expected an experiment, got an empty file"),
        (["latin.yaml"], "latin.yaml: expected a YAML file, got one that is not text in UTF-8"),
        (
            ["orphan.yaml"],
            "orphan.yaml:1: extends: expected an experiment's file, got 'baseline.yml', which is not there; "
            "did you mean latin.yaml?",
        ),
        (
            ["a.yaml", "--set", "training.epochs"],
            "--set training.epochs: expected key=value, as in training.epochs=5",
        ),
        (
            ["a.yaml", "--set", "training.epoch=5", "--set", "training.batch_size=many"],
            "--set training.batch_size=many: training.batch_size: expected an integer of at least 1, "
            "got the text 'many'\n"
            "--set training.epoch=5: training.epoch: unknown key; expected one of epochs, batch_size, "
            "optimizer, schedule, precision, seed; did you mean epochs?",
        ),
    ],
)
def test_experiments_that_cannot_be_read(
    call: Command, configs: Path, command: str, arguments: list[str], message: str
) -> None:
    """Each command that takes an experiment says the same."""
    before = contents(configs)
    assert call(command, *arguments) == (2, "", message + "\n")
    assert contents(configs) == before


def test_everything_that_is_wrong_is_said_at_once(call: Command, configs: Path) -> None:
    """Of all files, each with its line and the nearest name."""
    before = contents(configs)
    code, out, err = call("run", "bad.yaml", "nope.yaml", "a.yaml")
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "bad.yaml:1: titel: unknown key; expected one of extends, name, title, description, data, model, "
        "regularizers, training; did you mean title?",
        "bad.yaml:3: model.groups: expected a list, not empty, whose items are each a list, not empty, "
        "whose items are each an integer of at least 1, got 3",
        "bad.yaml:5: regularizers.dropuot: unknown regularizer; expected one of augmentation, "
        "random_erasing, batch_norm, gaussian_noise, max_pooling, average_pooling, dropout, max_norm, l1, "
        "l2, l1_l2, weight_decay, label_smoothing, early_stopping; did you mean dropout?",
        "bad.yaml:6: regularizers.dropout.rate: expected a number in [0, 1), got 1.5",
        "nope.yaml: expected a YAML file, got: No such file or directory",
    ]
    assert contents(configs) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["a.yaml", "sub/a.yaml"],
            "sub/a.yaml: name: expected a name of its own, got 'a', which a.yaml has too",
        ),
        (["a.yaml", "./a.yaml"], "a.yaml: expected each experiment once, got it twice"),
        (
            ["a.yaml", "--seed", "-1"],
            "--set training.seed=-1: training.seed: expected an integer in [0, 2147483648), got -1",
        ),
    ],
)
def test_experiments_that_cannot_be_run_together(
    call: Command, configs: Path, arguments: list[str], message: str
) -> None:
    """Two of one name would be one folder."""
    before = contents(configs)
    assert call("run", *arguments) == (2, "", message + "\n")
    assert contents(configs) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run"], "Missing argument 'CONFIG…'."),
        (["run", "a.yaml", "--epochs", "3"], "No such option '--epochs'."),
        (["run", "a.yaml", "--seed", "x"], "Invalid value for '--seed': 'x' is not a valid integer."),
        (
            ["run", "a.yaml", "--precision", "half"],
            "Invalid value for '--precision': 'half' is not one of 'auto', 'float32', 'mixed_bfloat16'.",
        ),
        (
            ["run", "a.yaml", "--results", ""],
            "Invalid value for '--results': expected a path, got an empty text",
        ),
        (
            ["run", "a.yaml", "--results", "a.yaml"],
            "Invalid value for '--results': Directory 'a.yaml' is a file.",
        ),
        (["show"], "Missing argument 'CONFIG'."),
        (["compare"], "Missing argument 'PATH…'."),
        (["compare", ""], "Invalid value for 'PATH…': expected a path, got an empty text"),
        (
            ["compare", ".", "--output", "a.yaml"],
            "Invalid value for '--output': Directory 'a.yaml' is a file.",
        ),
        (["init", "a.yaml"], "Invalid value for '[DIRECTORY]': Directory 'a.yaml' is a file."),
        (
            ["preview", "a.yaml", "--output", "x.jpg"],
            "Invalid value for '--output': expected a name that ends in .png, got x.jpg",
        ),
        (
            ["preview", "a.yaml", "--output", "nope/x.png"],
            "Invalid value for '--output': expected a folder that exists, got nope",
        ),
        (["predict", "sub"], "Missing argument 'IMAGE…'."),
    ],
)
def test_words_that_are_no_command_line(
    call: Command, configs: Path, arguments: list[str], message: str
) -> None:
    """The usage, and what is wrong."""
    before = contents(configs)
    code, out, err = call(*arguments)
    usage, _, rest = err.partition("\n\n")
    assert (code, out, rest) == (2, "", f"Error: {message}\n")
    assert usage.startswith(f"Usage: main {arguments[0]} [OPTIONS]")
    assert contents(configs) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["list"], "results does not exist: expected a run, an experiment's folder, or results"),
        (["list", "nope"], "nope does not exist: expected a run, an experiment's folder, or results"),
        (["compare", "nope"], "nope does not exist: expected a run, an experiment's folder, or results"),
        (["compare", "sub"], "no runs in sub: left out\nno complete run to compare"),
        (["compare", "a.yaml"], "no runs in a.yaml: left out\nno complete run to compare"),
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
def test_paths_that_are_no_results(call: Command, configs: Path, arguments: list[str], message: str) -> None:
    """What was expected there."""
    before = contents(configs)
    assert call(*arguments) == (2, "", message + "\n")
    assert contents(configs) == before


@pytest.mark.parametrize("command", [["evaluate"], ["predict"]])
@pytest.mark.parametrize("state", ["interrupted", "failed"])
def test_runs_that_are_not_complete(
    call: Command, make_run: Callable[..., Any], here: Path, command: list[str], state: str
) -> None:
    """There is no trained network yet."""
    make_run("results/mp/seed-0", state=state)
    arguments = [*command, "results/mp/seed-0", *(["x.png"] if command == ["predict"] else [])]
    message = f"results/mp/seed-0: expected a run that is complete, got one that is {state}\n"
    assert call(*arguments) == (2, "", message)

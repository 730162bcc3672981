"""`reglab list`."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]
Maker = Callable[..., Any]


@pytest.fixture
def results(make_run: Maker) -> None:
    make_run("results/mp_do/seed-0", [0.5, 0.75])
    make_run("results/mp_do/seed-10", [0.5, 0.625], validation="held-out 0.1")
    make_run("results/mp_do/seed-2", [0.5], state="failed", message="loss became nan in epoch 2")
    make_run("results/bn/seed-0", [], state="interrupted")


@pytest.mark.usefixtures("results")
def test_table(call: Command) -> None:
    """State, epochs, accuracy, gap and validation set; seeds are sorted as numbers; pipes do not wrap."""
    code, out, err = call("list")
    assert (code, err) == (0, "")
    assert [line.rstrip() for line in out.splitlines()] == [
        "state        experiment  seed  epochs  validation accuracy  gap, points  age  validation",
        "─" * 90,
        "interrupted  bn             0     0/2                                    2 h  test set",
        "complete     mp_do          0     2/2               75.0 %         12.5  2 h  test set",
        "failed       mp_do          2     1/2               50.0 %         37.5  2 h  test set",
        "complete     mp_do         10     2/2               62.5 %         25.0  2 h  held-out 0.1",
    ]


@pytest.mark.usefixtures("results")
@pytest.mark.parametrize("width", [30, 40, 60, 80, 120])
def test_widths(call: Command, width: int) -> None:
    """No line is wider than the terminal, no state or number is shortened; hidden columns are listed."""
    code, out, err = call("list", COLUMNS=str(width))
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert max(map(len, lines)) <= width
    assert [line.split()[0] for line in lines if "mp_do" in line] == ["complete", "failed", "complete"]
    assert ("For a wider terminal" in out) == (width < 80)
    assert "…" not in out


def test_one_experiment(call: Command, make_run: Maker, results: None) -> None:
    """Only runs under the path are listed."""
    out = call("list", "results/bn").out
    assert "bn" in out
    assert "mp_do" not in out


def test_no_runs(call: Command, here: Path) -> None:
    """Before the first run, with and without the folder, the message has the command that trains one."""
    message = "no runs in results; to train one: reglab run configs/smoke.yaml\n"
    assert call("list") == (0, message, "")
    (here / "results").mkdir()
    (here / "results" / "README.md").write_text("Your results.")
    assert call("list") == (0, message, "")


@pytest.mark.usefixtures("results")
def test_a_damaged_run(call: Command, here: Path) -> None:
    """Its problem is printed, and the others are listed."""
    (here / "results/bn/seed-0/status.json").write_text("{")
    code, out, err = call("list")
    assert (code, out.count("mp_do")) == (0, 3)
    assert err == (
        "results/bn/seed-0/status.json: expected the status of a run: "
        "Invalid JSON: EOF while parsing an object at line 1 column 1\n"
    )


@pytest.mark.usefixtures("results")
def test_json(call: Command) -> None:
    """Numbers as recorded; null before the first epoch."""
    done = call("list", "--json")
    assert (done.code, done.err) == (0, "")
    interrupted, first, failed, last = json.loads(done.out)
    assert interrupted["path"] == "results/bn/seed-0"
    assert (interrupted["state"], interrupted["validation_accuracy"]) == ("interrupted", None)
    assert (first["seed"], first["epochs_done"], first["validation_accuracy"]) == (0, 2, 0.75)
    assert (failed["state"], failed["message"]) == ("failed", "loss became nan in epoch 2")
    assert last["gap_accuracy"] == 0.25
    assert datetime.fromisoformat(last["updated"]).tzinfo is not None


def test_json_without_runs(call: Command, here: Path) -> None:
    """An empty list, for programs."""
    assert call("list", "--json") == (0, "[]\n", "")


def test_copies_of_a_run_are_told_apart(call: Command, here: Path, results: None) -> None:
    """By their folders, which are listed only then."""
    assert "folder" not in call("list").out
    shutil.copytree(here / "results" / "bn", here / "results" / "copy of bn")
    lines = [line.rstrip() for line in call("list").out.splitlines()]
    assert lines[0].endswith("  folder")
    assert [line.split("  ")[-1] for line in lines if " bn " in line] == [
        "results/bn/seed-0",
        "results/copy of bn/seed-0",
    ]

"""`reglab diff`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]


@pytest.fixture
def folder(here: Path) -> Path:
    """Two experiments, one of them that of a run."""
    (here / "a.yaml").write_text("regularizers: {dropout: {}}\n")
    (here / "run").mkdir()
    (here / "run" / "experiment.yaml").write_text("name: a\ntraining: {epochs: 3}\n")
    return here


def test_diff(call: Command, folder: Path) -> None:
    """A run and a file: every key that differs, with both values."""
    code, out, err = call("diff", folder / "run", folder / "a.yaml", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found.pop("training.epochs") == ["3", "40"]
    assert found
    assert all(key.startswith("regularizers.dropout.") for key in found)
    assert all(first == "not set" for first, _ in found.values())
    code, out, err = call("diff", folder / "run", folder / "a.yaml")
    assert (code, err) == (0, "")
    assert all(key in out for key in ("training.epochs", *found))


def test_no_difference(call: Command, folder: Path) -> None:
    """Is said; the JSON object is empty."""
    assert call("diff", folder / "a.yaml", folder / "a.yaml") == (0, "No key differs.\n", "")
    assert call("diff", folder / "a.yaml", folder / "a.yaml", "--json") == (0, "{}\n", "")


def test_a_folder_without_a_run(call: Command, folder: Path) -> None:
    """Is named."""
    message = (
        f"{folder}: expected the folder of a run, such as results/mp/seed-0, found no experiment.yaml in it"
    )
    assert call("diff", folder, folder / "a.yaml") == (2, "", message + "\n")

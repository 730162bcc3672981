"""Fixtures: files in an empty current folder, and the experiments or errors that they give."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from reglab.errors import ExperimentError
from reglab.experiment import Experiment


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, so that messages contain short paths."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def write() -> Callable[..., Path]:
    """Writes a file, `x.yaml` by default, and returns its path."""

    def write_file(text: str, name: str = "x.yaml") -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def load(write: Callable[..., Path]) -> Callable[..., Experiment]:
    """Loads an experiment from a text, with overrides."""

    def load_text(text: str, *overrides: str) -> Experiment:
        return Experiment.load(write(text), overrides)

    return load_text


@pytest.fixture
def error_lines(load: Callable[..., Experiment]) -> Callable[..., list[str]]:
    """The lines of the error that a text in `x.yaml` causes, with overrides."""

    def find_lines(text: str, *overrides: str) -> list[str]:
        with pytest.raises(ExperimentError) as raised:
            load(text, *overrides)
        return str(raised.value).splitlines()

    return find_lines

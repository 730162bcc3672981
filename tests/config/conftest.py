"""What the tests of experiments share: a folder of their own, and files in it."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from reglab.errors import ExperimentError
from reglab.experiment import Experiment


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, so that messages name files as they were typed."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def write() -> Callable[..., Path]:
    """Writes a file, `x.yaml` unless named, and gives its path."""

    def write_file(text: str, name: str = "x.yaml") -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def load(write: Callable[..., Path]) -> Callable[..., Experiment]:
    """The experiment that a text makes, with overrides."""

    def load_text(text: str, *overrides: str) -> Experiment:
        return Experiment.load(write(text), overrides)

    return load_text


@pytest.fixture
def complaints(load: Callable[..., Experiment]) -> Callable[..., list[str]]:
    """Every line that is said against a text in `x.yaml`, with overrides."""

    def complain(text: str, *overrides: str) -> list[str]:
        with pytest.raises(ExperimentError) as raised:
            load(text, *overrides)
        return str(raised.value).splitlines()

    return complain

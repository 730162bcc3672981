"""The JSON files of a run: status, summary, environment."""

import json
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from reglab.errors import RunError
from reglab.runs import environment as environment_module
from reglab.runs.environment import (
    Environment,
    collect_environment,
    read_environment,
    write_environment,
)
from reglab.runs.status import Status, read_status, write_status
from reglab.runs.summary import Summary, read_summary, write_summary


def test_status_reads_back(tmp_path: Path, status: Status) -> None:
    """A status survives the file, its times in UTC included."""
    write_status(tmp_path / "status.json", status)
    assert read_status(tmp_path / "status.json") == status
    assert json.loads((tmp_path / "status.json").read_text())["started"] == "2025-01-02T03:04:05Z"


def test_summary_reads_back(tmp_path: Path, summary: Summary) -> None:
    """A summary survives the file."""
    write_summary(tmp_path / "summary.json", summary)
    assert read_summary(tmp_path / "summary.json") == summary


def test_keys_of_a_newer_version_are_ignored(tmp_path: Path, summary: Summary) -> None:
    """What another version has written besides does no harm."""
    path = tmp_path / "summary.json"
    path.write_text(json.dumps({**summary.model_dump(mode="json"), "moon": "full"}))
    assert read_summary(path) == summary


def test_missing_key_is_named(tmp_path: Path, status: Status) -> None:
    """A required key that is not there is an error that names it."""
    path = tmp_path / "status.json"
    path.write_text(json.dumps(status.model_dump(mode="json", exclude={"seed"})))
    with pytest.raises(RunError) as caught:
        read_status(path)
    assert str(caught.value) == f"{path}: seed: expected a status of reglab: Field required"


def test_foreign_file_is_refused(tmp_path: Path) -> None:
    """A file that is no JSON is named."""
    path = tmp_path / "summary.json"
    path.write_text("")
    with pytest.raises(RunError) as caught:
        read_summary(path)
    assert str(caught.value) == (
        f"{path}: expected a summary of reglab: Invalid JSON: EOF while parsing a value at line 1 column 0"
    )


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there is named."""
    path = tmp_path / "status.json"
    with pytest.raises(RunError) as caught:
        read_status(path)
    assert str(caught.value) == f"cannot read {path}: No such file or directory"


def test_status_is_frozen(status: Status) -> None:
    """A status cannot be changed, only replaced."""
    with pytest.raises(ValidationError):
        status.seed = 1


def test_environment_tells_versions(tmp_path: Path) -> None:
    """Versions are those that are installed, and the file gives back what was collected."""
    environment = collect_environment("float32", "no bfloat16 instructions", "tensorflow", 2, "CPU")
    write_environment(tmp_path / "environment.json", environment)
    assert read_environment(tmp_path / "environment.json") == environment
    assert environment.numpy == np.__version__
    assert environment.keras == version("keras")
    assert environment.tensorflow == version("tensorflow")
    assert environment.python == platform.python_version()
    assert (environment.backend, environment.threads, environment.device) == ("tensorflow", 2, "CPU")
    assert environment.cores >= 1
    assert environment.processor


def test_environment_tells_what_each_backend_computes_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """JAX computes with jaxlib, which has a version of its own; what is not installed has none."""
    versions = {"jax": "0.10.2", "jaxlib": "0.10.1"}

    def find(package: str) -> str:
        if package not in versions:
            raise PackageNotFoundError
        return versions[package]

    monkeypatch.setattr(environment_module, "version", find)
    environment = collect_environment("float32", "no bfloat16 instructions", "jax", 2, "CPU")
    assert (environment.backend, environment.jax, environment.jaxlib) == ("jax", "0.10.2", "0.10.1")
    assert (environment.tensorflow, environment.torch) == (None, None)


def test_environments_of_old_read() -> None:
    """Those that were recorded before jaxlib was."""
    environment = collect_environment("float32", "no bfloat16 instructions", "jax", 2, "CPU")
    old = environment.model_dump(mode="json", exclude={"jaxlib"})
    expected = environment.model_copy(update={"jaxlib": None})
    assert Environment.model_validate_json(json.dumps(old)) == expected

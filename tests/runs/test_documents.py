"""The JSON files of a run: status, summary, environment."""

import json
import platform
import socket
import threading
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from reglab.errors import RunError
from reglab.runs import environment as environment_module
from reglab.runs import status as status_module
from reglab.runs.environment import (
    Environment,
    collect_environment,
    read_environment,
    write_environment,
)
from reglab.runs.status import Status, StatusWriter, read_status, write_status
from reglab.runs.summary import Summary, read_summary, write_summary


def test_status_reads_back(tmp_path: Path, status: Status) -> None:
    """A status is read back equal; times are written in UTC."""
    write_status(tmp_path / "status.json", status)
    assert read_status(tmp_path / "status.json") == status
    assert json.loads((tmp_path / "status.json").read_text())["started"] == "2025-01-02T03:04:05Z"


def test_control_characters_are_replaced(tmp_path: Path, summary: Summary) -> None:
    """In every string; a terminal would execute those of a foreign run."""
    foreign = {"title": "a\x1b[31m\x07\nb", "classes": ("x\x9b", "日本")}
    write_summary(tmp_path / "summary.json", summary.model_copy(update=foreign))
    read = read_summary(tmp_path / "summary.json")
    assert read == summary.model_copy(update={"title": "a�[31m�\nb", "classes": ("x�", "日本")})


def test_a_status_of_an_earlier_version_is_read(tmp_path: Path, status: Status) -> None:
    """It has no heartbeat."""
    path = tmp_path / "status.json"
    path.write_text(json.dumps(status.model_dump(mode="json", exclude={"heartbeat"})))
    assert read_status(path) == status


def test_an_update_changes_fields_and_times(tmp_path: Path, status: Status) -> None:
    """The given fields, `updated` and `heartbeat` change; the others do not."""
    writer = StatusWriter(tmp_path / "status.json", status)
    writer.update(epochs_done=1)
    written = read_status(tmp_path / "status.json")
    assert written == writer.status
    assert written.heartbeat is not None
    assert written.heartbeat >= written.updated > status.updated
    times = {"updated": status.updated, "heartbeat": None}
    assert written.model_copy(update=times) == status.model_copy(update={"epochs_done": 1})


def test_heartbeats_come_between_updates(
    tmp_path: Path, status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread changes the heartbeat only, and continues after a failed write."""
    path, written, refused = tmp_path / "status.json", threading.Event(), threading.Event()
    monkeypatch.setattr(status_module, "HEARTBEAT_INTERVAL", 0.001)
    writer = StatusWriter(path, status)
    real = status_module.write_status

    def write(path: Path, status: Status) -> None:
        if not refused.is_set():
            refused.set()
            raise RunError("cannot write")
        real(path, status)
        written.set()

    monkeypatch.setattr(status_module, "write_status", write)
    with writer.beating():
        assert written.wait(60)
    after = path.read_bytes()
    assert read_status(path).heartbeat is not None
    assert read_status(path).updated == status.updated
    assert [thread.name for thread in threading.enumerate() if thread.name == "heartbeat"] == []
    assert path.read_bytes() == after


def test_summary_reads_back(tmp_path: Path, summary: Summary) -> None:
    """A summary is read back equal."""
    write_summary(tmp_path / "summary.json", summary)
    assert read_summary(tmp_path / "summary.json") == summary


def test_keys_of_a_newer_version_are_ignored(tmp_path: Path, summary: Summary) -> None:
    """Unknown keys of another version have no effect."""
    path = tmp_path / "summary.json"
    path.write_text(json.dumps({**summary.model_dump(mode="json"), "new_key": "value"}))
    assert read_summary(path) == summary


def test_missing_key_is_named(tmp_path: Path, status: Status) -> None:
    """A missing required key is an error that names it."""
    path = tmp_path / "status.json"
    path.write_text(json.dumps(status.model_dump(mode="json", exclude={"seed"})))
    with pytest.raises(RunError) as caught:
        read_status(path)
    assert str(caught.value) == f"{path}: seed: expected the status of a run: Field required"


def test_foreign_file_is_refused(tmp_path: Path) -> None:
    """A file that is not JSON is named."""
    path = tmp_path / "summary.json"
    path.write_text("")
    with pytest.raises(RunError) as caught:
        read_summary(path)
    assert str(caught.value) == (
        f"{path}: expected the summary of a run: Invalid JSON: EOF while parsing a value at line 1 column 0"
    )


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A missing file is named."""
    path = tmp_path / "status.json"
    with pytest.raises(RunError) as caught:
        read_status(path)
    assert str(caught.value) == f"cannot read {path}: No such file or directory"


def test_status_is_frozen(status: Status) -> None:
    """A status cannot be changed, only replaced."""
    with pytest.raises(ValidationError):
        status.seed = 1


def test_an_environment_has_versions(tmp_path: Path) -> None:
    """Versions are those of the installed packages; the file is read back equal."""
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
    assert (environment.host, environment.resumed_with) == (socket.gethostname(), ())


def test_an_environment_has_the_library_of_each_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    """JAX computes with jaxlib, which has its own version; packages that are not installed have None."""
    versions = {"jax": "0.10.2", "jaxlib": "0.10.1"}

    def find(package: str) -> str:
        if package not in versions:
            raise PackageNotFoundError
        return versions[package]

    monkeypatch.setattr(environment_module, "version", find)
    environment = collect_environment("float32", "no bfloat16 instructions", "jax", 2, "CPU")
    assert (environment.backend, environment.jax, environment.jaxlib) == ("jax", "0.10.2", "0.10.1")
    assert (environment.tensorflow, environment.torch) == (None, None)


def test_environments_of_earlier_versions_are_read() -> None:
    """Fields that were added later have defaults."""
    environment = collect_environment("float32", "no bfloat16 instructions", "jax", 2, "CPU")
    old = environment.model_dump(mode="json", exclude={"jaxlib", "host", "resumed_with", "latest"})
    expected = environment.model_copy(update={"jaxlib": None, "host": None})
    assert Environment.model_validate_json(json.dumps(old)) == expected

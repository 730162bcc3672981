"""The directories of data."""

from pathlib import Path

import pytest

from reglab.data.places import cache_directory, data_directory, keras_directory


def test_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--data-dir, otherwise REGLAB_DATA_DIR, otherwise None."""
    assert data_directory() is None
    monkeypatch.setenv("REGLAB_DATA_DIR", "")
    assert data_directory() is None
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "images").mkdir()
    monkeypatch.setenv("REGLAB_DATA_DIR", "~/images")
    assert data_directory() == tmp_path / "images"
    assert data_directory(tmp_path) == tmp_path


def test_cache_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    """REGLAB_CACHE_DIR, otherwise XDG_CACHE_HOME/reglab, otherwise ~/.cache/reglab."""
    monkeypatch.setenv("REGLAB_CACHE_DIR", "/a")
    monkeypatch.setenv("XDG_CACHE_HOME", "/b")
    assert cache_directory() == Path("/a")
    monkeypatch.delenv("REGLAB_CACHE_DIR")
    assert cache_directory() == Path("/b/reglab")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_directory() == Path.home() / ".cache" / "reglab"


def test_keras_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    """KERAS_HOME, otherwise ~/.keras."""
    monkeypatch.setenv("KERAS_HOME", "/k")
    assert keras_directory() == Path("/k/datasets")
    monkeypatch.delenv("KERAS_HOME")
    assert keras_directory() == Path.home() / ".keras" / "datasets"

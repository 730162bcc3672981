"""The directories of data."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from reglab.data.places import cache_directory, data_directory, keras_directory
from reglab.errors import DataError


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


@pytest.mark.parametrize(
    ("variable", "find"),
    [
        ("REGLAB_DATA_DIR", data_directory),
        ("REGLAB_CACHE_DIR", cache_directory),
        ("XDG_CACHE_HOME", cache_directory),
        ("KERAS_HOME", keras_directory),
    ],
)
def test_an_unknown_user(
    variable: str, find: Callable[[], Path | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the variable."""
    monkeypatch.delenv("REGLAB_CACHE_DIR", raising=False)
    monkeypatch.setenv(variable, "~nobody-here/images")
    with pytest.raises(DataError) as caught:
        find()
    assert str(caught.value) == f"{variable}=~nobody-here/images: there is no home folder for ~nobody-here"


def test_a_user_without_a_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs under the number of a user without a name."""

    def refuse() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", refuse)
    for variable in ("REGLAB_CACHE_DIR", "XDG_CACHE_HOME", "KERAS_HOME"):
        monkeypatch.delenv(variable, raising=False)
    temporary = Path(tempfile.gettempdir())
    assert cache_directory() == temporary / ".cache" / "reglab"
    assert keras_directory() == temporary / ".keras" / "datasets"


def test_a_data_directory_that_cannot_exist(tmp_path: Path) -> None:
    """The reason is that of the operating system."""
    directory = tmp_path / ("x" * 300)
    with pytest.raises(DataError) as caught:
        data_directory(directory)
    assert str(caught.value) == f"cannot read the data directory {directory}: File name too long"


def test_keras_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    """KERAS_HOME, otherwise ~/.keras."""
    monkeypatch.setenv("KERAS_HOME", "/k")
    assert keras_directory() == Path("/k/datasets")
    monkeypatch.delenv("KERAS_HOME")
    assert keras_directory() == Path.home() / ".keras" / "datasets"

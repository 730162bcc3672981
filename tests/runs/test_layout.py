"""The paths of a run, and the creation of its directory."""

import errno
from pathlib import Path

import pytest

from reglab.errors import RunError
from reglab.runs.layout import RunDirectory, run_path


def test_the_path_of_a_run() -> None:
    """Results, experiment, seed."""
    assert run_path(Path("results"), "mp", 3) == Path("results/mp/seed-3")


def test_create_is_exclusive(tmp_path: Path) -> None:
    """A directory that already exists is an error."""
    directory = RunDirectory(tmp_path / "mp" / "seed-0")
    directory.create()
    with pytest.raises(RunError) as caught:
        directory.create()
    assert str(caught.value) == f"cannot create {directory.path}: File exists"


@pytest.mark.parametrize("place", ["results", "results/mp", "results/mp/seed-0"])
def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path, place: str) -> None:
    """The message names it, and nothing is created."""
    blocker = tmp_path / place
    blocker.parent.mkdir(parents=True, exist_ok=True)
    blocker.write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    path = tmp_path / "results" / "mp" / "seed-0"
    with pytest.raises(RunError) as caught:
        RunDirectory(path).create()
    assert str(caught.value) == (
        f"cannot create {path}: {blocker} is a file, expected a folder; "
        "choose another folder with --results DIR"
    )
    assert sorted(tmp_path.rglob("*")) == before


def test_a_refused_folder_leaves_no_parents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the last folder cannot be created, the folders that were created above it are removed."""
    make = Path.mkdir

    def refuse(self: Path, *arguments: object, **options: bool) -> None:
        if self.name == "seed-0":
            raise OSError(errno.EROFS, "Read-only file system")
        make(self, **options)

    monkeypatch.setattr(Path, "mkdir", refuse)
    directory = RunDirectory(tmp_path / "results" / "mp" / "seed-0")
    with pytest.raises(RunError) as caught:
        directory.create()
    assert str(caught.value) == f"cannot create {directory.path}: Read-only file system"
    assert list(tmp_path.iterdir()) == []

"""Where a run may start, continue, or must not."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from reglab.errors import RunError
from reglab.runs.layout import RunDirectory, clear_leftovers, prepare_run
from reglab.runs.lock import RunInUse, RunLock

Maker = Callable[..., RunDirectory]


def test_create_is_exclusive(tmp_path: Path) -> None:
    """A directory that exists is not taken over."""
    directory = RunDirectory(tmp_path / "mp" / "seed-0")
    directory.create()
    with pytest.raises(RunError) as caught:
        directory.create()
    assert str(caught.value) == f"cannot create {directory.path}: File exists"


@pytest.mark.parametrize("place", ["results", "results/mp", "results/mp/seed-0"])
def test_file_in_the_way_is_named(tmp_path: Path, place: str) -> None:
    """A file where a folder should be is named, and nothing is left."""
    blocker = tmp_path / place
    blocker.parent.mkdir(parents=True, exist_ok=True)
    blocker.write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(RunError) as caught:
        prepare_run(tmp_path / "results", "mp", 0, "aaaa", fresh=False)
    assert str(caught.value) == (
        f"cannot create {tmp_path / 'results/mp/seed-0'}: {blocker} is in the way, a folder was expected; "
        "choose another place with --results DIR"
    )
    assert sorted(tmp_path.rglob("*")) == before


def test_refused_folder_leaves_no_parents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the last folder cannot be made, those above it that were made for it go again."""
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


def test_first_start_is_new(tmp_path: Path) -> None:
    """Where there is nothing, the directory is made."""
    directory, start = prepare_run(tmp_path / "results", "mp", 3, "aaaa", fresh=False)
    assert directory.path == tmp_path / "results" / "mp" / "seed-3"
    assert directory.path.is_dir()
    assert start == "new"


def test_start_before_the_first_status_is_new(tmp_path: Path) -> None:
    """A run killed before its first status is begun again in the same directory."""
    directory, _ = prepare_run(tmp_path, "mp", 0, "aaaa", fresh=False)
    for name in ("lock", "log.txt", "experiment.yaml", ".tmp-12345678-status.json"):
        (directory.path / name).touch()
    assert prepare_run(tmp_path, "mp", 0, "aaaa", fresh=False) == (directory, "new")


def test_foreign_folder_is_refused(tmp_path: Path) -> None:
    """A folder with something else in it is not written into."""
    path = tmp_path / "mp" / "seed-0"
    path.mkdir(parents=True)
    (path / "thesis.tex").touch()
    with pytest.raises(RunError) as caught:
        prepare_run(tmp_path, "mp", 0, "aaaa", fresh=False)
    assert str(caught.value) == (
        f"{path} is no run of reglab: it has thesis.tex, but no status.json; "
        "choose another place with --results DIR"
    )


@pytest.mark.parametrize(
    ("state", "start"),
    [("complete", "complete"), ("running", "resume"), ("interrupted", "resume"), ("failed", "resume")],
)
def test_same_experiment_goes_on(tmp_path: Path, make_run: Maker, state: str, start: str) -> None:
    """What is complete is left alone, everything else is taken up again."""
    directory = make_run(tmp_path / "mp" / "seed-0", state=state)
    assert prepare_run(tmp_path, "mp", 0, "aaaa", fresh=False) == (directory, start)


def test_other_experiment_is_refused_beside_its_seeds(tmp_path: Path, make_run: Maker) -> None:
    """The seeds in one folder are of one experiment; what was set aside does not count."""
    directory = make_run(tmp_path / "mp" / "seed-0")
    make_run(tmp_path / "mp" / "seed-2.replaced-20250102", identity="bbbb")
    with pytest.raises(RunError) as caught:
        prepare_run(tmp_path, "mp", 1, "bbbb", fresh=False)
    assert str(caught.value).startswith(
        f"{directory.path} holds another experiment (identity aaaa, this one is bbbb): "
    )
    assert not (tmp_path / "mp" / "seed-1").exists()
    assert prepare_run(tmp_path, "mp", 1, "aaaa", fresh=False)[1] == "new"


@pytest.mark.parametrize(("state", "left"), [("complete", []), ("interrupted", ["checkpoint"])])
def test_leftovers_of_a_kill_are_cleared(
    tmp_path: Path, make_run: Maker, state: str, left: list[str]
) -> None:
    """Half-written files go; a checkpoint goes once the run is complete."""
    directory = make_run(tmp_path / "mp" / "seed-0", state=state)
    directory.checkpoint.mkdir()
    (directory.path / ".tmp-ab12-model.keras").touch()
    clear_leftovers(directory)
    assert sorted(entry.name for entry in directory.path.iterdir()) == [*left, "status.json"]


def test_other_experiment_is_refused(tmp_path: Path, make_run: Maker) -> None:
    """Two experiments never share a directory; the message says the three ways out."""
    directory = make_run(tmp_path / "mp" / "seed-0")
    with pytest.raises(RunError) as caught:
        prepare_run(tmp_path, "mp", 0, "bbbb", fresh=False)
    assert str(caught.value) == (
        f"{directory.path} holds another experiment (identity aaaa, this one is bbbb): name this one with "
        "--set name=…, put it elsewhere with --results DIR, or, for the same seed, set the old run aside "
        "with --fresh"
    )


def test_fresh_sets_the_old_run_aside(tmp_path: Path, make_run: Maker) -> None:
    """The old run lies beside the new directory, whole."""
    directory = make_run(tmp_path / "mp" / "seed-0", message="precious")
    assert prepare_run(tmp_path, "mp", 0, "bbbb", fresh=True) == (directory, "new")
    assert list(directory.path.iterdir()) == []
    (aside,) = (path for path in (tmp_path / "mp").iterdir() if path != directory.path)
    assert aside.name.startswith("seed-0.replaced-")
    assert "precious" in RunDirectory(aside).status.read_text()


def test_fresh_does_not_touch_a_run_in_training(tmp_path: Path, make_run: Maker) -> None:
    """A run that another process trains stays where it is."""
    directory = make_run(tmp_path / "mp" / "seed-0")
    with RunLock(directory.path), pytest.raises(RunInUse):
        prepare_run(tmp_path, "mp", 0, "aaaa", fresh=True)
    assert directory.status.exists()

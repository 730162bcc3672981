"""Which runs can be opened, and in which state they are."""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reglab.config.yaml.dumping import dump_yaml
from reglab.errors import RunError
from reglab.experiment import Experiment
from reglab.files import write_atomically
from reglab.runs.layout import RunDirectory
from reglab.runs.lock import RunInUseError, RunLock, is_locked
from reglab.runs.opening import inspect_run, open_run

Maker = Callable[..., RunDirectory]
MINE = Experiment.from_mapping({"name": "mp"})
OTHER = MINE.with_changes({"training.batch_size": 100, "regularizers.l2": {}})


@pytest.fixture
def make_run(make_run: Maker) -> Maker:
    """Makes runs of MINE."""
    return lambda path, **changes: make_run(path, **{"identity": MINE.identity, **changes})


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory(tmp_path / "mp" / "seed-0")


def state_of(run: RunDirectory, experiment: Experiment = MINE, fresh: bool = False) -> str:
    with open_run(run, experiment, fresh) as opened:
        return opened.state


def refuse(run: RunDirectory, experiment: Experiment = MINE, fresh: bool = False) -> str:
    """Opens a run that is refused; returns the message."""
    with pytest.raises(RunError) as caught, open_run(run, experiment, fresh):
        pass
    return str(caught.value)


def test_a_first_run_is_new_and_locked(run: RunDirectory) -> None:
    """Its directory is created, and the lock is held until the block ends."""
    assert inspect_run(run, MINE).state == "new"
    assert not run.path.exists()
    with open_run(run, MINE) as opened:
        assert (opened.directory, opened.state, opened.status) == (run, "new", None)
        assert is_locked(run.path)
    assert not is_locked(run.path)


def test_a_run_killed_before_its_first_status_is_new(run: RunDirectory) -> None:
    """It starts again in the same directory."""
    run.create()
    for name in ("lock", "log.txt", "experiment.yaml", "environment.json", ".tmp-12345678-status.json"):
        (run.path / name).touch()
    assert state_of(run) == "new"


def test_a_folder_with_other_files_is_refused(run: RunDirectory) -> None:
    """Nothing is written to the folder, including the lock."""
    run.create()
    (run.path / "thesis.tex").touch()
    assert refuse(run) == inspect_run(run, MINE).reason
    assert refuse(run) == (
        f"{run.path} is not a run of reglab: it has thesis.tex, but no status.json; "
        "choose another folder with --results DIR"
    )
    assert [path.name for path in run.path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize(
    ("written", "state"),
    [("complete", "complete"), ("running", "resumable"), ("interrupted", "resumable"), ("failed", "failed")],
)
def test_a_run_of_the_same_experiment(run: RunDirectory, make_run: Maker, written: str, state: str) -> None:
    """Its state follows from its status."""
    make_run(run.path, state=written)
    assert inspect_run(run, MINE).state == state_of(run) == state


def test_a_complete_run_with_a_checkpoint_is_resumable(run: RunDirectory, make_run: Maker) -> None:
    """It was killed before it deleted the checkpoint; opening it deletes it."""
    make_run(run.path)
    run.checkpoint.mkdir()
    assert inspect_run(run, MINE).state == "resumable"
    assert state_of(run) == inspect_run(run, MINE).state == "complete"
    assert not run.checkpoint.exists()


@pytest.mark.parametrize(("state", "left"), [("complete", []), ("interrupted", ["checkpoint"])])
def test_files_left_by_a_killed_process_are_removed(
    run: RunDirectory, make_run: Maker, state: str, left: list[str]
) -> None:
    """Incomplete files are always removed, a checkpoint only if the run is complete."""
    make_run(run.path, state=state)
    run.checkpoint.mkdir()
    (run.path / ".tmp-ab12-model.keras").touch()
    state_of(run)
    assert sorted(entry.name for entry in run.path.iterdir()) == [*left, "lock", "status.json"]


def test_another_experiment_is_refused(run: RunDirectory, make_run: Maker) -> None:
    """The message explains the three ways to proceed."""
    write_atomically(make_run(run.path).experiment, dump_yaml(MINE))
    assert inspect_run(run, OTHER).state == "foreign"
    assert refuse(run, OTHER) == (
        f"{run.path} holds another experiment (training.batch_size is 200 there, 100 here; "
        "regularizers.l2.strength is not set there, 0.001 here; regularizers.l2.layers is not set there, all "
        "here): name this one with --set name=…, choose another folder with --results DIR, or, for the same "
        "seed, set the old run aside with --fresh"
    )


def test_a_clash_names_at_most_four_keys(run: RunDirectory, make_run: Maker) -> None:
    """The number of the others follows."""
    write_atomically(make_run(run.path).experiment, dump_yaml(MINE))
    message = refuse(run, MINE.with_changes({"regularizers": {"l1": {}, "l2": {}, "dropout": {}}}))
    assert message.count(" here") == 4
    assert re.search(r"; and \d+ more keys\): name this one", message)


def test_more_epochs_need_a_run_of_their_own(run: RunDirectory, make_run: Maker) -> None:
    """The message says why a complete run does not go on."""
    write_atomically(make_run(run.path).experiment, dump_yaml(MINE))
    assert "(training.epochs is 40 there, 60 here; a complete run has no state of the optimizer" in refuse(
        run, MINE.with_changes({"training.epochs": 60})
    )


def test_a_clash_with_an_unreadable_experiment(run: RunDirectory, make_run: Maker) -> None:
    """Or with one that was edited after the run: the message says so."""
    make_run(run.path)
    assert "(its experiment.yaml cannot be read)" in refuse(run, OTHER)
    write_atomically(run.experiment, dump_yaml(OTHER))
    assert "(its experiment.yaml was changed)" in refuse(run, OTHER)


@pytest.mark.parametrize("fresh", [False, True])
def test_another_experiment_is_refused_beside_its_seeds(
    run: RunDirectory, make_run: Maker, fresh: bool
) -> None:
    """All seeds in one folder are of one experiment; runs that were set aside are ignored."""
    make_run(run.path)
    make_run(run.path.with_name("seed-2.replaced-20250102"), identity=OTHER.identity)
    sibling = RunDirectory(run.path.with_name("seed-1"))
    assert refuse(sibling, OTHER, fresh).startswith(f"{run.path} holds another experiment (")
    assert not sibling.path.exists()
    assert state_of(sibling) == "new"


@pytest.mark.parametrize("damaged", [False, True])
def test_fresh_sets_the_old_run_aside(run: RunDirectory, make_run: Maker, damaged: bool) -> None:
    """The old run is complete in another directory, even if its status is damaged."""
    make_run(run.path, message="precious")
    if damaged:
        run.status.write_text("precious")
    assert state_of(run, OTHER, fresh=True) == "new"
    assert [path.name for path in run.path.iterdir()] == ["lock"]
    (aside,) = (path for path in run.path.parent.iterdir() if path != run.path)
    assert aside.name.startswith("seed-0.replaced-")
    assert "precious" in RunDirectory(aside).status.read_text()


@pytest.mark.parametrize("fresh", [False, True])
def test_a_run_in_training_is_refused(run: RunDirectory, make_run: Maker, fresh: bool) -> None:
    """Its files, including incomplete ones, are unchanged."""
    make_run(run.path)
    writing = run.path / ".tmp-ab12-model.keras"
    writing.touch()
    with RunLock(run.path), pytest.raises(RunInUseError), open_run(run, MINE, fresh):
        pass
    assert run.status.exists()
    assert writing.exists()


def test_another_process_creates_the_directory_first(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the check and the creation: the run is in use, which is another error than a lack of rights."""
    create = RunDirectory.create

    def create_late(directory: RunDirectory) -> None:
        create(directory)
        with RunLock(directory.path):
            create(directory)

    monkeypatch.setattr(RunDirectory, "create", create_late)
    with open_run(run, MINE) as opened:
        assert opened.state == "new"


@pytest.mark.parametrize("fresh", [False, True])
def test_a_run_in_training_on_another_machine_is_refused(
    run: RunDirectory, make_run: Maker, fresh: bool
) -> None:
    """Its heartbeat shows that a process is training it; the lock cannot show that."""
    now = datetime.now(UTC)
    make_run(run.path, state="running", host="node7", pid=12, heartbeat=now)
    assert refuse(run, fresh=fresh) == (
        f"{run.path} is being trained by process 12 on node7; if that process has ended, try again in 60 s"
    )
    assert run.status.exists()


def test_a_run_without_a_recent_heartbeat_is_resumable(run: RunDirectory, make_run: Maker) -> None:
    """Its process on another machine has ended."""
    make_run(run.path, state="running", host="node7", heartbeat=datetime.now(UTC) - timedelta(minutes=2))
    assert state_of(run) == "resumable"


def test_a_status_that_cannot_be_read_is_named(run: RunDirectory, make_run: Maker) -> None:
    """A damaged run is not opened as a new one."""
    make_run(run.path).status.write_text("{")
    assert refuse(run).startswith(f"{run.status}: expected the status of a run: ")


@pytest.mark.parametrize("fresh", [False, True])
def test_a_run_inside_another_one_is_refused(
    run: RunDirectory, make_run: Maker, monkeypatch: pytest.MonkeyPatch, fresh: bool
) -> None:
    """A search for runs ends at the outer one; a relative path may be inside it, too."""
    make_run(run.path)
    monkeypatch.chdir(run.path)
    inner = RunDirectory(Path("results/mp/seed-0"))
    assert refuse(inner, fresh=fresh) == (
        f"results/mp/seed-0 would be inside the run {run.path}; choose another folder with --results DIR"
    )
    assert not Path("results").exists()


def test_a_name_like_that_of_a_replaced_run_is_refused(tmp_path: Path) -> None:
    """`reglab list` would not find the run."""
    mine = Experiment.from_mapping({"name": "mp.replaced-1"})
    assert refuse(RunDirectory(tmp_path / mine.name / "seed-0"), mine) == (
        "the name mp.replaced-1 contains .replaced-, as the folders of runs that were set aside: "
        "choose another one with --set name=…"
    )


def test_a_name_that_the_system_cannot_write_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where file names are in Latin-1."""
    monkeypatch.setattr(os, "fsencode", lambda path: str(path).encode("latin-1"))
    mine = Experiment.from_mapping({"name": "网络"})
    run = RunDirectory(tmp_path / mine.name / "seed-0")
    assert refuse(run, mine) == (
        f"{run.path} cannot be created: file names are in utf-8 here; choose another name with --set name=…"
    )

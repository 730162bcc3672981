"""Runs are found and read under given paths."""

import errno
import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reglab.errors import RunError
from reglab.machine import find_boot
from reglab.runs.finding import Found, find_runs, read_run
from reglab.runs.history import Epoch, append_epoch
from reglab.runs.layout import REPLACED, RunDirectory
from reglab.runs.lock import RunLock
from reglab.runs.summary import Summary, write_summary

Maker = Callable[..., RunDirectory]


def places(paths: list[Path], root: Path) -> list[str]:
    return [str(run.directory.path.relative_to(root)) for run in find_runs(paths).runs]


def test_run_experiment_and_results_are_found(tmp_path: Path, make_run: Maker) -> None:
    """A path may be a run, the folder of an experiment, or a folder with runs at any depth."""
    for place in ("mp/seed-10", "mp/seed-2", "bn/seed-0", "d/e/e/p/e/r/do/seed-0"):
        make_run(tmp_path / place)
    assert places([tmp_path / "mp" / "seed-2"], tmp_path) == ["mp/seed-2"]
    assert places([tmp_path / "mp"], tmp_path) == ["mp/seed-2", "mp/seed-10"]
    assert places([tmp_path], tmp_path) == ["bn/seed-0", "d/e/e/p/e/r/do/seed-0", "mp/seed-2", "mp/seed-10"]


def test_any_digit_is_sorted(tmp_path: Path, make_run: Maker) -> None:
    """Folders may have names in any script."""
    for place in ("mp²/seed-0", "mp10/seed-0", "mp٢/seed-0"):
        make_run(tmp_path / place)
    assert places([tmp_path], tmp_path) == ["mp٢/seed-0", "mp10/seed-0", "mp²/seed-0"]


def test_order_is_that_of_the_paths_and_each_run_once(tmp_path: Path, make_run: Maker) -> None:
    """A run that is under several paths is listed once."""
    for place in ("bn/seed-0", "mp/seed-0"):
        make_run(tmp_path / place)
    assert places([tmp_path / "mp", tmp_path, tmp_path / "bn"], tmp_path) == ["mp/seed-0", "bn/seed-0"]


def test_paths_without_runs_are_reported(tmp_path: Path, make_run: Maker) -> None:
    """Files and folders without runs are not errors, because the shell expands `results/*` to them too."""
    make_run(tmp_path / "mp" / "seed-0")
    (tmp_path / "notes.txt").touch()
    (tmp_path / "pictures").mkdir()
    found = find_runs(sorted(tmp_path.iterdir()))
    assert len(found.runs) == 1
    assert found.empty == (tmp_path / "notes.txt", tmp_path / "pictures")


def test_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    """A mistyped path is an error, unlike an empty folder."""
    with pytest.raises(RunError) as caught:
        find_runs([tmp_path / "resluts"])
    assert str(caught.value) == (
        f"{tmp_path / 'resluts'} does not exist: expected a run, an experiment's folder, or results"
    )


def refuse_reading(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """As for `lost+found`, which belongs to another user."""
    scan = os.scandir

    def scan_or_refuse(path: Path) -> Any:
        if Path(path) == folder:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scan_or_refuse)


def test_a_folder_that_cannot_be_read_is_named(
    tmp_path: Path, make_run: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not hide the other runs; it is an error if it is the only path."""
    make_run(tmp_path / "mp" / "seed-0")
    folder = tmp_path / "lost+found"
    folder.mkdir()
    refuse_reading(monkeypatch, folder)
    found = find_runs([tmp_path])
    assert [run.directory.path for run in found.runs] == [tmp_path / "mp" / "seed-0"]
    assert found.damaged == (f"cannot read {folder}: Permission denied",)
    assert find_runs([folder, tmp_path / "mp"]) == Found(found.runs, (), found.damaged)
    with pytest.raises(RunError, match="Permission denied"):
        find_runs([folder])


def test_links_that_lead_nowhere_are_omitted(tmp_path: Path, make_run: Maker) -> None:
    """A link to itself and a link to its own folder do not hide a run, which is listed once."""
    make_run(tmp_path / "mp" / "seed-0")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "mp" / "again").symlink_to("..")
    (tmp_path / "results.yaml").symlink_to("missing")
    found = find_runs([tmp_path])
    assert (len(found.runs), found.damaged) == (1, ())


@pytest.mark.parametrize(
    ("name", "reason"),
    [("x" * 300, "File name too long"), ("loop", "Too many levels of symbolic links")],
)
def test_a_path_that_cannot_exist_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    """The reason is that of the operating system."""
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(RunError) as caught:
        find_runs([tmp_path / name])
    assert str(caught.value) == f"cannot read {tmp_path / name}: {reason}"


def test_damaged_runs_are_named_and_the_others_found(tmp_path: Path, make_run: Maker) -> None:
    """A damaged file is reported, and the other runs are read."""
    make_run(tmp_path / "bn" / "seed-0").status.write_text("{")
    make_run(tmp_path / "mp" / "seed-0")
    found = find_runs([tmp_path])
    assert [run.directory.path for run in found.runs] == [tmp_path / "mp" / "seed-0"]
    (problem,) = found.damaged
    assert problem.startswith(f"{tmp_path / 'bn' / 'seed-0' / 'status.json'}: expected the status of a run: ")


@pytest.mark.parametrize("name", ["history.csv", "summary.json"])
def test_a_pipe_is_not_waited_for(tmp_path: Path, make_run: Maker, name: str) -> None:
    """It is a damaged file of a run, and does not hide the other runs."""
    path = make_run(tmp_path / "bn" / "seed-0").path / name
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    make_run(tmp_path / "mp" / "seed-0")
    found = find_runs([tmp_path])
    assert [run.directory.path for run in found.runs] == [tmp_path / "mp" / "seed-0"]
    assert found.damaged == (f"cannot read {path}: expected a file, found a pipe or a device",)


def test_a_run_without_its_status_is_damaged(
    tmp_path: Path, make_run: Maker, make_epoch: Callable[..., Epoch]
) -> None:
    """It is named, so that it is not lost without a word."""
    run = make_run(tmp_path / "mp" / "seed-0")
    append_epoch(run.history, make_epoch(1))
    run.status.unlink()
    found = find_runs([tmp_path])
    message = f"{run.path} has history.csv, but no status.json: restore it from a copy"
    assert (found.runs, found.damaged) == ((), (message,))
    with pytest.raises(RunError, match=r"has history\.csv, but no status\.json"):
        find_runs([run.path])


def test_replaced_runs_are_not_found(tmp_path: Path, make_run: Maker) -> None:
    """Runs that `--fresh` has set aside are omitted."""
    make_run(tmp_path / "mp" / f"seed-0{REPLACED}20250102")
    assert find_runs([tmp_path]).runs == ()


def test_files_are_read(
    tmp_path: Path, make_run: Maker, make_epoch: Callable[[int], Epoch], summary: Summary
) -> None:
    """A record has the history and the summary if their files exist, otherwise None."""
    directory = make_run(tmp_path / "mp" / "seed-0")
    bare = read_run(directory)
    assert (bare.history, bare.summary) == (None, None)
    append_epoch(directory.history, make_epoch(1))
    write_summary(directory.summary, summary)
    record = read_run(directory)
    assert record.history is not None
    assert record.history.rows == (make_epoch(1),)
    assert record.summary == summary


def test_killed_run_is_interrupted(tmp_path: Path, make_run: Maker) -> None:
    """On this machine, a run is running only while a process holds its lock; the heartbeat has no effect."""
    here = {"host": socket.gethostname(), "heartbeat": datetime.now(UTC)}
    directory = make_run(tmp_path / "mp" / "seed-0", state="running", **here)
    with RunLock(directory.path):
        assert read_run(directory).state == "running"
    assert read_run(directory).state == "interrupted"


@pytest.mark.parametrize(
    ("seconds", "state"), [(0, "running"), (50, "running"), (-50, "running"), (70, "interrupted")]
)
def test_a_run_on_another_machine(tmp_path: Path, make_run: Maker, seconds: int, state: str) -> None:
    """It is running while its heartbeat is recent; the clock of that machine may be ahead."""
    heartbeat = datetime.now(UTC) - timedelta(seconds=seconds)
    directory = make_run(tmp_path / "mp" / "seed-0", state="running", host="node7", heartbeat=heartbeat)
    assert read_run(directory).state == state


@pytest.mark.parametrize(("boot", "state"), [("another", "running"), (find_boot(), "interrupted")])
def test_a_run_on_a_machine_of_the_same_name(tmp_path: Path, make_run: Maker, boot: str, state: str) -> None:
    """Another kernel runs there, so that its heartbeat counts."""
    place = {"host": socket.gethostname(), "boot": boot, "heartbeat": datetime.now(UTC)}
    assert read_run(make_run(tmp_path / "mp" / "seed-0", state="running", **place)).state == state


def test_a_run_of_an_earlier_version_on_another_machine(tmp_path: Path, make_run: Maker) -> None:
    """Without a heartbeat it is interrupted."""
    assert (
        read_run(make_run(tmp_path / "mp" / "seed-0", state="running", host="node7")).state == "interrupted"
    )


def test_a_folder_that_is_not_a_run_is_refused(tmp_path: Path) -> None:
    """A run has a status."""
    with pytest.raises(RunError) as caught:
        read_run(RunDirectory(tmp_path))
    assert str(caught.value) == f"{tmp_path} is not a run: it has no status.json"

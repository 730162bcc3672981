"""The processes of `reglab live`: two at once, how they end, and one that watches the runs of another."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reglab.live.worker.snapshot import read_snapshot
from reglab.runs.layout import RunDirectory
from reglab.runs.status import read_status
from tests.cli.conftest import Done, start_reglab
from tests.live.page.browser import Page, wait_for

pytestmark = pytest.mark.slow
_SMALL = """\
title: Small
data: {dataset: synthetic, validation: 0.25, subset: {train: 200, validation: 100}, clean: 100}
model: {groups: [[4]], dense: [5]}
training: {epochs: 100000, batch_size: 20, precision: float32}
"""
_BEGIN = re.compile(r"reglab live: (http://127\.0\.0\.1:\d+/)\nCtrl-C ends it\.\n")
_SAVED = re.compile(
    r"saved (results/live/[0-9a-f-]{22}/last-yours\.snapshot\.npz); to go on: reglab live \1\n"
)


class Live:
    """`reglab live` in a process group of its own, as a shell starts it.

    Attributes:
        process: of the server.
        url: of the page.
    """

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process = start_reglab("live", *arguments, "--no-browser", folder=folder)
        assert self.process.stdout is not None
        begin = self.process.stdout.readline() + self.process.stdout.readline()
        found = _BEGIN.fullmatch(begin)
        assert found is not None, begin + self.process.communicate()[1]
        self.url = found[1]

    def find_worker(self) -> int:
        """The process that trains."""
        tasks = Path(f"/proc/{self.process.pid}/task")
        (worker,) = [pid for task in tasks.iterdir() for pid in (task / "children").read_text().split()]
        return int(worker)

    def end(self) -> Done:
        """Waits for the end; the lines with the address have been read already."""
        out, err = self.process.communicate(timeout=120)
        return Done(self.process.returncode, out, err)


@dataclass(frozen=True)
class Ends:
    """Two pages at once in one folder, ended by Ctrl-C and SIGTERM; a third one was killed.

    Attributes:
        folder: where `small.yaml` and `results/` are.
        urls: of the first two pages.
        interrupted: the first, ended by pressing Ctrl-C twice.
        terminated: the second.
        workers: the processes that trained for them.
        log: the log of the third page, which went on from the snapshot of the first.
        orphan: the worker of the third, whose server was killed.
    """

    folder: Path
    urls: tuple[str, str]
    interrupted: Done
    terminated: Done
    workers: tuple[int, int]
    log: str
    orphan: int


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("processes")
    (folder / "small.yaml").write_text(_SMALL)
    return folder


@pytest.fixture(scope="module")
def start(folder: Path) -> Iterator[Callable[..., Live]]:
    """Start pages; those that are left are killed after the last test of the file."""
    started: list[Live] = []

    def begin(*arguments: str) -> Live:
        started.append(Live(folder, *arguments))
        return started[-1]

    yield begin
    for each in started:
        if each.process.poll() is None:
            os.killpg(each.process.pid, signal.SIGKILL)
            each.process.communicate()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """One browser for all pages."""
    page = Page("about:blank")
    yield page
    page.close()


@pytest.fixture(scope="module")
def ends(folder: Path, start: Callable[..., Live], page: Page) -> Ends:
    """Three trainings, each in a process of its own."""
    first, second = start("small.yaml"), start("small.yaml")
    for each in (first, second):
        page.driver.get(each.url)
        page.wait_for_more(0)
    workers = (first.find_worker(), second.find_worker())
    for _ in range(2):
        os.killpg(first.process.pid, signal.SIGINT)
    second.process.terminate()
    interrupted, terminated = first.end(), second.end()
    third = start(_find_saved(interrupted))
    page.driver.get(third.url)
    page.open_tab("log")
    page.wait_for_text("log", "restored")
    log, orphan = page.text("log"), third.find_worker()
    third.process.kill()
    third.end()
    return Ends(folder, (first.url, second.url), interrupted, terminated, workers, log, orphan)


def test_two_pages_at_once(ends: Ends) -> None:
    """Each has a port and a folder of its own."""
    assert len(set(ends.urls)) == 2
    saved = [_find_saved(done) for done in (ends.interrupted, ends.terminated)]
    assert len({Path(path).parent for path in saved}) == 2
    for path in saved:
        files = {each.name for each in (ends.folder / path).parent.iterdir()}
        assert files == {"last-yours.snapshot.npz", "yours.log"}


@pytest.mark.parametrize("name", ["interrupted", "terminated"])
def test_an_end_leaves_a_snapshot(ends: Ends, name: str) -> None:
    """Exit code 0, as after any regular end; the experiment and what was trained are in the snapshot."""
    done: Done = {"interrupted": ends.interrupted, "terminated": ends.terminated}[name]
    assert (done.code, done.err) == (0, "")
    snapshot = read_snapshot(ends.folder / _find_saved(done))
    assert (snapshot.experiment.title, snapshot.steps > 0) == ("Small", True)


def test_both_processes_end(ends: Ends) -> None:
    """No worker is left after Ctrl-C or SIGTERM."""
    assert [_has_ended(pid) for pid in ends.workers] == [True, True]


def test_the_snapshot_is_gone_on_from(ends: Ends) -> None:
    """The printed command starts at the step of the snapshot."""
    path = _find_saved(ends.interrupted)
    images = read_snapshot(ends.folder / path).steps * 20
    assert f"{images:,} examples · yours: restored {path}" in ends.log


def test_a_killed_server_leaves_no_worker(ends: Ends) -> None:
    """The worker ends by itself, since the pipe with its commands is closed."""
    wait_for(lambda: _has_ended(ends.orphan), "the worker still trains", patience=30)


def test_watching_changes_nothing(folder: Path, start: Callable[..., Live], page: Page) -> None:
    """The page follows a run of another process, which trains on; nothing in the folder is written."""
    run = start_reglab("run", "small.yaml", "--quiet", folder=folder)
    status = RunDirectory(folder / "results/small/seed-0").status
    try:
        wait_for(lambda: status.exists() and read_status(status).epochs_done > 0)
        watch = start("--watch", "results")
        page.driver.get(watch.url)
        page.wait_for_text("runs", "running")
        os.killpg(run.pid, signal.SIGSTOP)
        before, shown = _fingerprint(folder), {page.text("runs")}

        def is_refreshed() -> bool:
            shown.add(page.text("runs"))
            return len(shown) > 2

        wait_for(is_refreshed, "the age of the run does not change")
        assert _fingerprint(folder) == before
        epochs = read_status(status).epochs_done
        os.killpg(run.pid, signal.SIGCONT)
        wait_for(lambda: _read_epochs(page) > epochs + 1, lambda: page.text("runs"))
        watch.process.send_signal(signal.SIGINT)
        assert watch.end() == (0, "", "")
        assert run.poll() is None
    finally:
        os.killpg(run.pid, signal.SIGCONT)
        os.killpg(run.pid, signal.SIGINT)
        run.communicate(timeout=120)
    assert (run.returncode, read_status(status).state) == (130, "interrupted")


def _find_saved(done: Done) -> str:
    """The path of the snapshot that was saved at the end."""
    found = _SAVED.fullmatch(done.out)
    assert found is not None, done
    return found[1]


def _has_ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def _fingerprint(folder: Path) -> dict[str, tuple[int, int, int]]:
    """When each file and folder was changed last, and its size."""
    found = {str(path): path.stat() for path in (folder, *folder.rglob("*"))}
    return {path: (stat.st_ino, stat.st_ctime_ns, stat.st_size) for path, stat in found.items()}


def _read_epochs(page: Page) -> int:
    """The epochs that the table shows."""
    found = re.search(r"(\d+) / 100000", page.text("runs"))
    return int(found[1]) if found else 0

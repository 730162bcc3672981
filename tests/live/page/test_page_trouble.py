"""What goes wrong while a page is open: a killed worker, a full disk, a hundred changes, too many pages."""

import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reglab.live.page.browsers import MOST_PAGES
from tests.live.page.browser import Page, wait_for
from tests.live.page.conftest import Server

pytestmark = pytest.mark.slow
_GAP = "Gap (clean − validation accuracy), points"


_LOSE_CONNECTION = """
window.socket.on('connect', () => { window.hasConnected = true; });
window.socket.io.engine.close();
"""
_IDLE_SECONDS, _LEAST_WORK = 3.0, 0.3


@contextmanager
def _full_disk(server: Server) -> Iterator[None]:
    """The worker cannot write more than a few bytes to a file, as if the disk were full."""
    (worker,) = server.workers
    limits = resource.prlimit(worker, resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(worker, resource.RLIMIT_FSIZE, limits)


def _read_seconds(pid: int) -> float:
    """Time of the processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _save(page: Page, name: str) -> None:
    page.open_tab("files")
    page.type("snapshot-name", name)
    page.click("save-snapshot")


def test_a_full_disk_while_saving(server: Server, page: Page) -> None:
    """The page says why; nothing is left of the file, and an older one of the same name stays."""
    page.wait_for_more(0)
    _save(page, "full")
    page.wait_for_note("full.snapshot.npz")
    (path,) = server.folder.glob("results/live/*/full.snapshot.npz")
    content = path.read_bytes()
    with _full_disk(server):
        _save(page, "full")
        page.wait_for_note(f"cannot write {path.relative_to(server.folder)}")
        _save(page, "other")
        page.wait_for_note("other.snapshot.npz")
    assert path.read_bytes() == content
    assert {each.name for each in path.parent.glob("*.snapshot.npz*")} == {path.name}
    page.wait_for_more(page.number("examples-seen-yours"))
    _save(page, "other")
    page.wait_for_text("files", "/other.snapshot.npz")


def test_a_hundred_changes_in_a_minute(server: Server, page: Page) -> None:
    """The last of each is in effect, in the same process, and the page still answers at once."""
    workers = server.workers
    begin = time.monotonic()
    for number in range(45):
        page.type("training.optimizer.learning_rate", f"0.00{100 + number}")
        page.type("training.optimizer.weight_decay", f"0.0{100 + number}")
        if not number % 4:
            page.click("switch-max_pooling")
    assert time.monotonic() - begin < 60
    wait_for(lambda: page.text("learning-rate-yours") == "0.00144", lambda: page.text("learning-rate-yours"))
    assert page.find("switch-max_pooling").get_attribute("aria-checked") == "false"
    assert page.value("training.optimizer.weight_decay") == "0.0144"
    page.wait_for_more(page.number("examples-seen-yours"))
    assert server.workers == workers
    page.open_tab("editor")
    page.click("current")
    wait_for(lambda: "learning_rate: 0.00144" in page.read() and "weight_decay: 0.0144" in page.read())
    assert "max_pooling" not in page.read()
    begin = time.monotonic()
    page.pause()
    assert time.monotonic() - begin < 5
    page.train()


def test_a_killed_worker_is_replaced_from_the_last_snapshot(server: Server, page: Page) -> None:
    """The page says what has happened; a press continues from the snapshot, with its experiment and curve."""

    def read_curve() -> list[float]:
        return [point[0] for point in page.graph(_GAP)[0]["points"]]

    wait_for(lambda: len(read_curve()) > 2, "too short a curve")
    curve = read_curve()
    _save(page, "safe")
    page.wait_for_text("files", "/safe.snapshot.npz")
    saved = page.number("examples-seen-yours")
    (worker,) = server.workers
    os.kill(worker, signal.SIGKILL)
    page.wait_for_text(
        "diagnosis-yours", "The process of this network has ended: it ended with signal SIGKILL."
    )
    page.wait_for_text("state", "process ended")
    page.wait_for_text("suggestion-yours", "Start again from the last snapshot")
    page.click("suggestion-yours")
    page.wait_for_text("state", "training")
    wait_for(lambda: len(server.workers) == 1 and server.workers != [worker], "no new process")
    page.wait_for_more(saved - 1)
    wait_for(lambda: len(read_curve()) > len(curve), "it has another curve")
    assert read_curve()[: len(curve)] == curve
    assert page.value("training.optimizer.weight_decay") == "0.0144"
    assert "after the end of its process" in page.log()[0]


def test_a_closed_page_does_not_stop_the_training(server: Server, page: Page) -> None:
    """One that is opened later shows how far it has come."""
    examples = page.number("examples-seen-yours")
    (worker,) = server.workers
    page.driver.get("about:blank")
    before = _read_seconds(worker)
    wait_for(lambda: _read_seconds(worker) > before + 1, "it does not train")
    page.driver.get(page.url)
    page.wait_for_text("state", "training")
    page.wait_for_more(examples + 100)


def test_a_short_loss_of_the_connection_changes_nothing(server: Server, page: Page) -> None:
    """The training does not pause, although it shall while no page is open, and the inside still changes."""
    page.open_tab("log")
    page.click("pause-when-closed")
    page.open_tab("inside")
    wait_for(lambda: "activation" in page.text("inside"), "no inside")
    page.driver.execute_script(_LOSE_CONNECTION)
    wait_for(lambda: bool(page.driver.execute_script("return window.hasConnected")), "no connection")
    examples, title = page.number("examples-seen-yours"), page.text("inside-title")
    page.wait_for_more(examples + 1000)
    assert page.text("state") == "training"
    wait_for(lambda: page.text("inside-title") != title, "the inside stays")


def test_it_pauses_while_no_page_is_open(server: Server, page: Page) -> None:
    """Some seconds after the last page was closed; the next page resumes the training."""
    (worker,) = server.workers
    page.driver.get("about:blank")
    work: list[tuple[float, float]] = []

    def is_idle() -> bool:
        work.append((time.monotonic(), _read_seconds(worker)))
        before = [seconds for at, seconds in work if at < work[-1][0] - _IDLE_SECONDS]
        return bool(before) and work[-1][1] - before[-1] < _LEAST_WORK

    wait_for(is_idle, "it trains without a page")
    page.driver.get(page.url)
    page.wait_for_text("state", "training")
    page.wait_for_more(page.number("examples-seen-yours"))
    page.open_tab("log")
    page.click("pause-when-closed")


def test_a_handful_of_pages(server: Server, page: Page) -> None:
    """One more gets a sentence instead; the others continue, and a closed one makes room."""
    first = page.driver.current_window_handle
    for _ in range(MOST_PAGES - 1):
        page.driver.switch_to.new_window("tab")
        page.driver.get(page.url)
        page.wait_for_text("state", "training")
    page.driver.switch_to.new_window("tab")
    page.driver.get(page.url)
    page.wait_for_text("too-many", f"{MOST_PAGES} pages are open already")
    for handle in page.driver.window_handles:
        if handle != first:
            page.driver.switch_to.window(handle)
            page.driver.close()
    page.driver.switch_to.window(first)
    page.wait_for_more(page.number("examples-seen-yours"))
    page.driver.refresh()
    page.wait_for_text("state", "training")
    assert not page.problems()


def test_a_start_that_fails(serve: Callable[..., Server], browse: Callable[..., Page]) -> None:
    """The page says why, and offers the experiments again; without a snapshot, the button names none."""
    server = serve("--data-dir", ".")
    page = browse(server.url)
    page.click("preset-mp")
    page.wait_for_text("diagnosis-yours", "The process of this network has ended: ")
    page.wait_for_text("suggestion-yours", "Start again")
    assert page.text("suggestion-yours").casefold() == "start again"
    assert page.find("welcome").is_displayed()
    page.click("preset-quickstart/quick_baseline")
    page.wait_for_text("state", "training")
    wait_for(lambda: not [each for each in page.all("welcome") if each.is_displayed()], "it is offered again")

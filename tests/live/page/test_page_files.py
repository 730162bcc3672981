"""Snapshots and networks that are saved, loaded, uploaded and refused, and a finished run."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.live.page.browser import Page, wait_for
from tests.live.page.conftest import Server

pytestmark = pytest.mark.slow
_NAME = "expected a name of at most 80 letters, digits, '_', '.', '+' or '-', which does not begin with a dot"
_RUN = ("run", "small.yaml", "--set", "training.epochs=2", "--results", "results")


@pytest.fixture(scope="module")
def server(serve: Callable[..., Server]) -> Server:
    """A server of the small experiment; a run of it, with two epochs, is trained beside it."""
    server = serve("small.yaml")
    command = [sys.executable, "-m", "reglab", *_RUN]
    subprocess.run(command, cwd=server.folder, check=True, capture_output=True, timeout=300)
    return server


@pytest.fixture(scope="module")
def page(server: Server, browse: Callable[..., Page]) -> Page:
    """A page on which it trains."""
    page = browse(server.url)
    page.wait_for_text("state", "training")
    return page


@pytest.fixture(scope="module")
def saved(server: Server, page: Page) -> dict[str, Path]:
    """A snapshot and a network in JSON that the page has saved."""
    page.open_tab("files")
    page.type("snapshot-name", "mine")
    for button in ("save-snapshot", "save-network"):
        page.click(button)
    paths: dict[str, Path] = {}
    for kind in ("snapshot.npz", "network.json"):
        page.wait_for_text("files", f"mine.{kind}")
        (paths[kind],) = server.folder.glob(f"results/live/*/mine.{kind}")
    return paths


def _load(page: Page, name: str) -> None:
    """Presses Load beside a file."""
    page.open_tab("files")
    parts = page.driver.find_elements("css selector", f'[class*="/{name}"]')
    page.driver.execute_script("arguments[0].click()", parts[0])


def _outside(folder: Path) -> dict[str, int]:
    """What is in the folder of the server, without the results and without what it prints."""
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if "results" not in path.relative_to(folder).parts and path.name != "output.txt"
    }


def test_a_snapshot_leads_back_to_where_it_was_saved(page: Page) -> None:
    """Saved by name, listed, and loaded after more training: the examples seen are those of the snapshot."""
    page.pause()
    page.open_tab("files")
    page.type("snapshot-name", "back")
    page.click("save-snapshot")
    page.wait_for_text("files", "/back.snapshot.npz")
    page.wait_for_note("back.snapshot.npz")
    examples = page.number("examples-seen-yours")
    page.train()
    page.wait_for_more(examples + 100)
    page.pause()
    _load(page, "back.snapshot.npz")
    page.wait_for_note("Loaded")
    wait_for(lambda: page.number("examples-seen-yours") == examples, lambda: page.text("examples-seen-yours"))
    assert page.log()[0].endswith(f"{examples:,.0f} examples · yours: restored back.snapshot.npz")
    page.train()
    page.wait_for_more(examples)


def test_a_network_in_json_is_loaded_into_the_training(page: Page, saved: dict[str, Path]) -> None:
    """The file has layers with their weights; loading it keeps the position in the data."""
    content = json.loads(saved["network.json"].read_text(encoding="utf-8"))
    assert content["format"] == "reglab network 1"
    assert [each["shape"] for each in content["layers"][1]["weights"]] == [[3, 3, 3, 4], [4]]
    page.train()
    before = page.number("examples-seen-yours")
    _load(page, "mine.network.json")
    page.wait_for_note("Loaded")
    assert page.log()[0].endswith("yours: weights loaded mine.network.json")
    page.wait_for_more(before)


def test_a_snapshot_is_uploaded(page: Page, saved: dict[str, Path], tmp_path: Path) -> None:
    """A file of the user, whatever its name, is continued from."""
    path = tmp_path / "anything.bin"
    path.write_bytes(saved["snapshot.npz"].read_bytes())
    page.open_tab("files")
    page.upload("upload-snapshot", path)
    page.wait_for_note("Loaded the uploaded file")
    assert "yours: restored uploaded-" in page.log()[0]
    page.train()
    page.wait_for_more(page.number("examples-seen-yours"))


def _make_text(path: Path, saved: dict[str, Path]) -> None:
    path.write_text("not a snapshot")


def _make_pickle(path: Path, saved: dict[str, Path]) -> None:
    """Would create a file `pickled` in the working directory of the process that loads it."""
    header = np.load(saved["snapshot.npz"])["header"]
    np.savez(path.with_suffix(".npz"), header=header, state=np.array([_Bomb()], dtype=object))
    path.with_suffix(".npz").rename(path)


class _Bomb:
    def __reduce__(self) -> Any:
        return os.mkdir, ("pickled",)


def _make_truncated(path: Path, saved: dict[str, Path]) -> None:
    content = saved["snapshot.npz"].read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _make_other_network(path: Path, saved: dict[str, Path]) -> None:
    content = json.loads(saved["network.json"].read_text(encoding="utf-8"))
    content["layers"] = content["layers"][:-1]
    path.write_text(json.dumps(content))


def _make_other_json(path: Path, saved: dict[str, Path]) -> None:
    path.write_text('{"format": "something else"}')


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_make_text, "expected a snapshot (.snapshot.npz) or a network (.network.json), got another kind of"),
        (_make_pickle, "is not a snapshot of reglab"),
        (_make_truncated, "is not a snapshot of reglab"),
        (_make_other_network, "is of another network: it has no output/"),
        (_make_other_json, 'expected a network in JSON with the format "reglab network 1"'),
    ],
)
def test_what_is_not_a_snapshot_of_this_network_is_refused(
    server: Server,
    page: Page,
    saved: dict[str, Path],
    tmp_path: Path,
    make: Callable[[Path, dict[str, Path]], None],
    message: str,
) -> None:
    """The page says why, nothing in the file is executed or kept, and the training goes on."""
    make(tmp_path / "file", saved)
    kept = set(server.folder.glob("results/live/*/uploaded-*"))
    before = _outside(server.folder)
    page.train()
    page.open_tab("files")
    page.dismiss()
    log = page.log()
    page.open_tab("files")
    page.upload("upload-snapshot", tmp_path / "file")
    page.wait_for_note(message)
    page.wait_for_more(page.number("examples-seen-yours") + 100)
    assert page.log() == log
    assert _outside(server.folder) == before
    assert set(server.folder.glob("results/live/*/uploaded-*")) == kept
    assert not list(server.folder.rglob("pickled"))


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "a" * 200, "", "/tmp/x", "x y"])
def test_a_name_is_not_a_path(server: Server, page: Page, name: str) -> None:
    """The page says what a name may be, and writes nothing, neither in the results nor outside of them."""

    def walk() -> set[str]:
        # Autosaves may appear at any time.
        return {str(path) for path in server.folder.rglob("*") if "autosave" not in path.name}

    before = walk()
    page.open_tab("files")
    page.dismiss()
    for button in ("save-snapshot", "save-network"):
        page.type("snapshot-name", name)
        page.click(button)
        page.wait_for_note(f"{_NAME}, got {name!r}")
    assert walk() == before
    assert not Path("/tmp/x.snapshot.npz").exists()


def test_a_finished_run_is_continued_from(server: Server, page: Page) -> None:
    """The run that `reglab run` has trained is offered; a new training begins with its weights."""
    before = _outside(server.folder)
    page.open_tab("editor")
    page.open_tab("files")
    page.choose("runs", "small, seed 0")
    page.click("start-run")
    text = "yours: restored training.epochs: 100000 → 2 small, seed 0"
    wait_for(lambda: text in page.log()[0], lambda: str(page.log()[:2]))
    assert " · 0 examples · " in page.log()[0]
    page.wait_for_text("state", "training")
    page.wait_for_more(0)
    assert page.value("training.epochs") == "2"
    assert _outside(server.folder) == before


def test_runs_of_one_name_and_seed_are_told_apart(
    server: Server, page: Page, serve: Callable[..., Server], browse: Callable[..., Page]
) -> None:
    """By their folders, in the list and on the page that watches."""
    results = server.folder / "results"
    shutil.copytree(results / "small", results / "copy" / "small")
    labels = {"results/small/seed-0", "copy/small/seed-0"}
    page.open_tab("log")
    page.open_tab("files")
    for label in labels:
        page.choose("runs", label)
        wait_for(lambda label=label: page.value("runs") == label, lambda: page.value("runs"))
    watch = browse(serve("--watch", str(results)).url)
    watch.wait_for_text("runs", "copy/small/seed-0")
    wait_for(lambda: {line["name"] for line in watch.graph("Accuracy, %")} == labels, "not two runs")

"""Fixtures: servers in processes of their own, and browsers without a screen."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.live.page.browser import Page, wait_for

EXPERIMENT: dict[str, Any] = {
    "title": "Small",
    "data": {
        "dataset": "synthetic",
        "validation": 0.25,
        "subset": {"train": 200, "validation": 100},
        "clean": 100,
    },
    "model": {"groups": [[4], [8]], "dense": [16]},
    "training": {"epochs": 100000, "batch_size": 20, "optimizer": {"name": "adamw"}, "precision": "float32"},
}


class Server:
    """`reglab live` in a process of its own.

    Attributes:
        url: of the page.
        folder: in which it works; `results` is in it.
        process: of the server.
    """

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self.folder = folder
        self.output = folder / "output.txt"
        command = [sys.executable, "-m", "reglab", "live", "--no-browser", "--port", "0", *arguments]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
            )
        wait_for(lambda: "http://" in self.read() or self.process.poll() is not None)
        found = re.search(r"http://\S+", self.read())
        assert found is not None, self.read()
        self.url = found[0]

    @property
    def port(self) -> int:
        """On which it listens."""
        return int(self.url.split(":")[2].partition("/")[0])

    @property
    def workers(self) -> list[int]:
        """Its processes that train."""
        tasks = Path(f"/proc/{self.process.pid}/task")
        children = [int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()]
        return [pid for pid in children if b"reglab.live.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def read(self) -> str:
        """What it has printed."""
        return self.output.read_text()

    def stop(self) -> str:
        """Ends it as Ctrl-C does; returns what it has printed."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            finally:
                self.process.kill()
        return self.read()


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start servers, each in a folder with `small.yaml`; they are ended after the last test of the file."""
    servers: list[Server] = []

    def start(*arguments: str, **environment: str) -> Server:
        folder = tmp_path_factory.mktemp("live")
        (folder / "small.yaml").write_text(yaml.safe_dump(EXPERIMENT))
        servers.append(Server(folder, *arguments, **environment))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def server(serve: Callable[..., Server]) -> Server:
    """A server of the small experiment; a file may have another one."""
    return serve("small.yaml")


@pytest.fixture(scope="module")
def page(server: Server, browse: Callable[..., Page]) -> Page:
    """A page on which its experiment trains."""
    page = browse(server.url)
    page.wait_for_text("state", "training")
    return page


@pytest.fixture(scope="module")
def browse() -> Iterator[Callable[..., Page]]:
    """Open pages; they are closed after the last test of the file."""
    pages: list[Page] = []

    def start(url: str, **settings: Any) -> Page:
        pages.append(Page(url, **settings))
        return pages[-1]

    yield start
    for page in pages:
        page.close()

"""Fixtures: a server in a process of its own, and a browser without a screen."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

_PATIENCE = 90.0
"""Seconds that a condition may take on a busy machine with two cores."""
EXPERIMENT: dict[str, Any] = {
    "title": "Small",
    "data": {"dataset": "synthetic", "validation": 0.25, "subset": {"train": 200, "validation": 100}, "clean": 100},
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
                command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **environment}
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


class Page:
    """One window of a browser on a page; parts are found by their class `is-<name>`."""

    def __init__(self, url: str, width: int = 1440, height: int = 900) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", f"--window-size={width},{height}"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
        self.driver.get(url)

    def find(self, name: str) -> WebElement:
        """The visible part with a name, when it is there."""
        found: list[WebElement] = []

        def look() -> bool:
            found[:] = [each for each in self.all(name) if each.is_displayed()]
            return bool(found)

        wait_for(look, f"no part {name} on the page")
        return found[0]

    def all(self, name: str) -> list[WebElement]:
        """The parts with a name that are there now."""
        return self.driver.find_elements(By.CSS_SELECTOR, f'[class~="is-{name}"]')

    def text(self, name: str) -> str:
        """The text of a part; empty while it is not there."""
        try:
            return " ".join(each.text for each in self.all(name))
        except StaleElementReferenceException:
            return ""

    def click(self, name: str) -> None:
        """Clicks a part."""
        self.driver.execute_script("arguments[0].click()", self.find(name))

    def open_tab(self, name: str) -> None:
        """Opens a tab of the lower half."""
        self.click(f"tab-{name}")
        wait_for(lambda: "q-tab--active" in (self.find(f"tab-{name}").get_attribute("class") or ""))

    def type(self, name: str, text: str) -> None:
        """Replaces the text of a field, and leaves it."""
        field = self.find(name)
        try:
            field = field.find_element(By.CSS_SELECTOR, "input")
        except NoSuchElementException:
            pass
        field.send_keys("\ue009a", "\ue000", "\ue017", text, "\ue007")

    def choose(self, name: str, text: str) -> None:
        """Chooses an option of a list by the beginning of its text."""
        self.find(name).click()

        def options() -> list[WebElement]:
            found = self.driver.find_elements(By.CSS_SELECTOR, ".q-menu .q-item")
            return [each for each in found if each.text.startswith(text)]

        wait_for(lambda: bool(options()), f"no option {text}")
        self.driver.execute_script("arguments[0].click()", options()[0])

    def number(self, name: str) -> float:
        """The number at the start of a part's text; NaN without one."""
        found = re.match(r"-?[\d,.]+", self.text(name))
        return float(found[0].replace(",", "")) if found else float("nan")

    def wait_for_text(self, name: str, text: str) -> None:
        """Waits until a part has a text."""
        wait_for(lambda: text in self.text(name), lambda: f"{name}: {self.text(name)!r} instead of {text!r}")

    def problems(self) -> list[str]:
        """What the browser has reported as an error."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def close(self) -> None:
        """Closes the browser."""
        self.driver.quit()


def wait_for(condition: Callable[[], bool], message: str | Callable[[], str] = "it did not happen") -> None:
    """Waits for a condition; fails after a minute and a half."""
    end = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(message if isinstance(message, str) else message())
        time.sleep(0.05)


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
def browse() -> Iterator[Callable[..., Page]]:
    """Open pages; they are closed after the last test of the file."""
    pages: list[Page] = []

    def start(url: str, **settings: int) -> Page:
        pages.append(Page(url, **settings))
        return pages[-1]

    yield start
    for page in pages:
        page.close()

"""A browser without a screen, and how parts of the page are found and read in it."""

import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    NoSuchElementException,
    StaleElementReferenceException,
)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

_PATIENCE = 90.0
"""Seconds that a condition may take on a busy machine with two cores."""
_SELECT_ALL = ("\ue009a", "\ue000")
_DELETE, _ENTER = "\ue017", "\ue007"
_PRESS = """
const [selector, text] = arguments;
const found = [...document.querySelectorAll(selector)].filter(
  each => each.checkVisibility() && each.textContent.trim().endsWith(text));
found.at(-1)?.click();
return found.length > 0;
"""
_READ_GRAPH = """
const box = document.querySelector(`section[aria-label="${arguments[0]}"] .nicegui-echart`);
return getElement(parseInt(box.id.slice(1))).chart.getOption().series.map(line => ({
  name: line.name,
  points: line.data.filter(point => point[1] !== null),
  marks: (line.markLine?.data ?? []).map(mark => [mark.xAxis, mark.tooltip.formatter]),
}));
"""
_READ_COLOUR = """
const box = document.querySelector('.nicegui-echart');
return getElement(parseInt(box.id.slice(1))).chart.getOption().title[0].textStyle.color;
"""
_WRITE = """
const [box, text, done] = arguments;
const part = getElement(parseInt(box.id.slice(1)));
part.editorPromise.then(() => {
  const editor = part.editor;
  editor.dispatch({changes: {from: 0, to: editor.state.doc.length, insert: text}});
  done();
});
"""
_FOCUS = "arguments[0].focus(); return document.activeElement === arguments[0]"
_READ = "return getElement(parseInt(arguments[0].id.slice(1))).editor?.state.doc.toString() ?? ''"


class Page:
    """One window of a browser on a page; parts are found by their class `is-<name>`.

    Args:
        url: of the page.
        downloads: folder of what is downloaded; None to refuse it.
        width: in pixels, as `height`.
    """

    def __init__(self, url: str, downloads: Path | None = None, width: int = 1440, height: int = 900) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        for argument in (
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            f"--window-size={width},{height}",
        ):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
        if downloads is not None:
            self.driver.execute_cdp_cmd(
                "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(downloads)}
            )
        self.url = url
        self.driver.get(url)

    def find(self, name: str) -> WebElement:
        """The visible part with a name, when it is there."""
        found: list[WebElement] = []

        def look() -> bool:
            try:
                found[:] = [each for each in self.all(name) if each.is_displayed()]
            except StaleElementReferenceException:
                return False
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

    def value(self, name: str) -> str:
        """What is in a field or chosen from a list."""
        return self.find(name).find_element(By.CSS_SELECTOR, "input").get_attribute("value") or ""

    def number(self, name: str) -> float:
        """The number at the start of a part's text; NaN without one."""
        found = re.match(r"[-−]?[\d,.]+", self.text(name))
        return float(found[0].replace(",", "").replace("−", "-")) if found else float("nan")

    def graph(self, title: str) -> list[dict[str, Any]]:
        """The lines of a graph: name, points, and marks with what they say."""
        lines: list[dict[str, Any]] = self.driver.execute_script(_READ_GRAPH, title)
        return lines

    def graph_colour(self) -> str:
        """The colour of the text in the graphs."""
        colour: str = self.driver.execute_script(_READ_COLOUR)
        return colour

    def marks(self, title: str) -> list[str]:
        """What the marks of a graph say."""
        return [text for line in self.graph(title) for _, text in line["marks"]]

    def log(self) -> list[str]:
        """The lines of the log, the newest first."""
        self.open_tab("log")
        return self.text("log").splitlines()

    def notes(self) -> list[str]:
        """The messages that are shown now, without their icons."""
        found = self.driver.find_elements(By.CSS_SELECTOR, ".q-notification__message")
        try:
            return [each.text for each in found]
        except StaleElementReferenceException:
            return []

    def click(self, name: str) -> None:
        """Clicks a part."""
        self.driver.execute_script("arguments[0].click()", self.find(name))

    def press(self, text: str, selector: str = "button, .q-item") -> None:
        """Clicks the last visible button or entry whose text ends so."""
        wait_for(lambda: bool(self.driver.execute_script(_PRESS, selector, text)), f"no button {text}")

    def dismiss(self) -> None:
        """Closes the messages that stay."""
        wait_for(lambda: not self.driver.execute_script(_PRESS, ".q-notification button", "Close"))
        wait_for(lambda: not self.notes(), "messages stay")

    def open_tab(self, name: str) -> None:
        """Opens a tab of the lower half."""
        self.click(f"tab-{name}")
        wait_for(lambda: "q-tab--active" in (self.find(f"tab-{name}").get_attribute("class") or ""))

    def type(self, name: str, text: str, end: str = _ENTER) -> None:
        """Replaces the text of a field, and leaves it with Enter or another key."""
        field = self.find(name)
        with suppress(NoSuchElementException):
            field = field.find_element(By.CSS_SELECTOR, "input")
        field.send_keys(*_SELECT_ALL, _DELETE, text, end)

    def choose(self, name: str, text: str) -> None:
        """Chooses an option of a list by the beginning of its text."""
        chosen = self.find(name)

        def open_list() -> bool:
            # A message may be above the list for a moment.
            with suppress(ElementClickInterceptedException):
                chosen.click()
                return True
            return False

        def options() -> list[WebElement]:
            found = self.driver.find_elements(By.CSS_SELECTOR, ".q-menu .q-item")
            return [each for each in found if each.text.startswith(text)]

        wait_for(open_list, f"{name} stays behind a message")
        wait_for(lambda: bool(options()), f"no option {text}")
        self.driver.execute_script("arguments[0].click()", options()[0])

    def upload(self, name: str, path: Path) -> None:
        """Chooses a file in an upload field."""
        self.find(name).find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(path))

    def write(self, text: str) -> None:
        """Replaces the text of the editor."""
        self.driver.execute_async_script(_WRITE, self.find("editor"), text)

    def read(self) -> str:
        """The text of the editor."""
        text: str = self.driver.execute_script(_READ, self.find("editor"))
        return text

    def focus_editor(self) -> None:
        """Gives the focus to the editor, which takes it as soon as it is visible."""
        content = self.find("editor").find_element(By.CSS_SELECTOR, ".cm-content")
        wait_for(lambda: bool(self.driver.execute_script(_FOCUS, content)), "no focus")

    def pause(self) -> None:
        """Pauses the training, unless it is paused."""
        self._play_or_pause("Pause", "paused")

    def train(self) -> None:
        """Trains, unless it does."""
        self._play_or_pause("Train", "training")

    def wait_for_text(self, name: str, text: str) -> None:
        """Waits until a part has a text."""
        wait_for(lambda: text in self.text(name), lambda: f"{name}: {self.text(name)!r} instead of {text!r}")

    def wait_for_note(self, text: str) -> None:
        """Waits for a message with a text, and closes it."""
        wait_for(lambda: any(text in note for note in self.notes()), lambda: f"{self.notes()}, not {text!r}")
        self.dismiss()

    def wait_for_more(self, examples: float, name: str = "yours") -> None:
        """Waits until a network has seen more examples."""
        wait_for(lambda: self.number(f"examples-seen-{name}") > examples, "the training does not continue")

    def problems(self) -> list[str]:
        """What the browser has reported as an error."""
        entries = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]

    def close(self) -> None:
        """Closes the browser."""
        self.driver.quit()

    def _play_or_pause(self, label: str, state: str) -> None:
        wait_for(lambda: bool(self.text("play")))
        if label in self.text("play"):
            self.click("play")
        self.wait_for_text("state", state)


def wait_for(
    condition: Callable[[], bool],
    message: str | Callable[[], str] = "it did not happen",
    patience: float = _PATIENCE,
) -> None:
    """Waits for a condition; fails after a minute and a half, or the given seconds."""
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(message if isinstance(message, str) else message())
        time.sleep(0.05)

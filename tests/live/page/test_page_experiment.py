"""The editor, its messages and presets; a restart with its text; the diagnosis; a page without a network."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from reglab.cli import main
from reglab.config.shipped import list_shipped_experiments, shipped_directory
from tests.live.page.browser import Page, wait_for
from tests.live.page.conftest import EXPERIMENT, Server

pytestmark = pytest.mark.slow
_TEXT = yaml.safe_dump(EXPERIMENT)
_SAME = "The same as what is trained."
_CTRL, _END, _BACKSPACE = "\ue009", "\ue010", "\ue003"
_PRESETS = {path.relative_to(shipped_directory()) for path in list_shipped_experiments()}


@pytest.fixture(autouse=True)
def _editor(page: Page) -> None:
    """Each test begins with the editor, while it trains."""
    page.train()
    page.open_tab("editor")
    page.write(_TEXT)


def _change(**sections: dict[str, Any]) -> str:
    """The text of the small experiment with other values."""
    values = {**EXPERIMENT, **{name: {**EXPERIMENT[name], **each} for name, each in sections.items()}}
    return yaml.safe_dump(values)


def _print_problems(text: str, folder: Path) -> list[str]:
    """What the command line prints about a file, as if it was the editor."""
    path = folder / "wrong.yaml"
    path.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["show", str(path)])
    assert result.exit_code == 2
    return result.stderr.replace(str(path), "your experiment").strip().splitlines()


def _marked_lines(page: Page) -> list[str]:
    """The lines of the editor that are marked as wrong."""
    return [each.text.strip() for each in page.driver.find_elements(By.CSS_SELECTOR, ".wrong-line")]


def _tooltips(page: Page) -> list[str]:
    """What is shown above the line under the mouse."""
    return [each.text for each in page.driver.find_elements(By.CSS_SELECTOR, ".cm-tooltip-hover")]


def _read_log(page: Page, action: str) -> str:
    """The newest entry, when it is of an action."""
    wait_for(lambda: action in page.log()[0], lambda: str(page.log()[:2]))
    return page.log()[0]


def _restart(page: Page, text: str, button: str = "restart") -> str:
    """Restarts with a text; returns the entry of the log."""
    page.open_tab("editor")
    page.write(text)
    wait_for(lambda: "Changes:" in page.text("differences"), lambda: page.text("problems"))
    entries = len(page.log())
    page.open_tab("editor")
    page.click(button)
    wait_for(lambda: len(page.log()) > entries, "no restart")
    return _read_log(page, "yours: restarted")


def _save_weights(server: Server, page: Page, name: str) -> dict[str, Any]:
    """The kernels of the layers, in base64, of the network that the page saves in JSON."""
    page.open_tab("files")
    page.type("snapshot-name", name)
    page.click("save-network")
    page.wait_for_text("files", f"/{name}.network.json")
    (path,) = server.folder.glob(f"results/live/*/{name}.network.json")
    layers = json.loads(path.read_text(encoding="utf-8"))["layers"]
    return {each["name"]: each["weights"][0]["values"] for each in layers if each["weights"]}


@pytest.mark.parametrize(
    ("wrong", "lines"),
    [
        (_change(training={"epoch": 3}), ["epoch: 3"]),
        (_change(model={"dense": ["many"]}), ["- many"]),
        (_change(data={"validation": 1.5}), ["validation: 1.5"]),
        (_change(data={"dataset": "cifar"}, training={"batch_size": 0}), ["dataset: cifar", "batch_size: 0"]),
        ("model: [", ["model: ["]),
        ("", []),
    ],
)
def test_a_wrong_text_has_the_messages_of_the_command_line_at_its_lines(
    page: Page, tmp_path: Path, wrong: str, lines: list[str]
) -> None:
    """They are marked, it cannot be started, the training continues; a correct text clears the messages."""
    expected = _print_problems(wrong, tmp_path)
    page.write(wrong)
    wait_for(lambda: page.text("problems").splitlines() == expected, lambda: page.text("problems"))
    wait_for(lambda: _marked_lines(page) == lines, lambda: str(_marked_lines(page)))
    assert not page.find("restart").is_enabled()
    assert not page.find("keep").is_enabled()
    page.wait_for_more(page.number("examples-seen-yours"))
    page.write(_TEXT)
    wait_for(lambda: not page.text("problems"), lambda: page.text("problems"))
    wait_for(lambda: not _marked_lines(page), "the mark stays")
    wait_for(
        lambda: page.find("restart").is_enabled() and page.find("keep").is_enabled(), "cannot be started"
    )


def test_the_text_is_checked_while_one_types(page: Page, tmp_path: Path) -> None:
    """The message appears while the editor has the focus, also above its line, and goes with the letters."""
    (message,) = _print_problems(f"{_TEXT}modle: 1", tmp_path)
    assert message.startswith(f"your experiment:{len(_TEXT.splitlines()) + 1}: modle: unknown key")
    page.focus_editor()
    ActionChains(page.driver).key_down(_CTRL).send_keys(_END).key_up(_CTRL).send_keys("modle: 1").perform()
    wait_for(lambda: page.text("problems") == message, lambda: page.text("problems"))
    wrong = page.driver.find_element(By.CSS_SELECTOR, ".wrong-line")
    ActionChains(page.driver).move_to_element_with_offset(wrong, 20 - wrong.size["width"] // 2, 0).perform()
    wait_for(lambda: _tooltips(page) == [message], lambda: str(_tooltips(page)))
    ActionChains(page.driver).send_keys(_BACKSPACE * len("modle: 1")).perform()
    wait_for(lambda: not page.text("problems"), lambda: page.text("problems"))
    assert page.read() == _TEXT


def test_a_restart_trains_the_text_from_its_first_step(page: Page) -> None:
    """What will change is said before; then log, settings and numbers are those of the new training."""
    page.wait_for_more(1000)
    text = _change(training={"batch_size": 25}).replace("title: Small", "title: Larger batches")
    page.write(text)
    page.wait_for_text("differences", "Changes:\ntraining.batch_size: 20 → 25")
    entry = _restart(page, text)
    assert entry.endswith(" · 0 examples · yours: restarted training.batch_size: 20 → 25 Larger batches")
    wait_for(lambda: page.number("examples-seen-yours") < 1000, "the numbers are not new")
    page.wait_for_text("experiment", "Larger batches")
    wait_for(lambda: page.value("training.batch_size") == "25", "the settings are not new")
    page.wait_for_more(0)
    assert page.number("examples-seen-yours") % 25 == 0
    assert page.marks("Accuracy, %") == []
    page.open_tab("editor")
    page.wait_for_text("differences", _SAME)


def test_a_restart_keeps_what_fits(server: Server, page: Page) -> None:
    """Kernels of the same shape are carried over bit for bit; without that, all are drawn again."""
    page.pause()
    before = _save_weights(server, page, "before")
    _restart(page, _change(model={"dense": [24]}), "keep")
    page.wait_for_text("examples-seen-yours", "0")
    after = _save_weights(server, page, "kept")
    assert {name for name in before if after[name] == before[name]} == {"conv_1_1", "conv_2_1"}
    _restart(page, _change(model={"dense": [20]}))
    page.wait_for_text("examples-seen-yours", "0")
    again = _save_weights(server, page, "again")
    assert {name for name in before if again[name] == before[name]} == set()


def test_presets_replace_the_text(page: Page) -> None:
    """A preset is the text of its file, the current settings are what is trained, and nothing is started."""
    entries = page.log()
    page.open_tab("editor")
    page.choose("presets", "quickstart/quick_mp:")
    text = (shipped_directory() / "quickstart" / "quick_mp.yaml").read_text(encoding="utf-8")
    wait_for(lambda: page.read() == text, page.read)
    page.wait_for_text("differences", "regularizers.max_pooling: not set")
    page.click("current")
    page.wait_for_text("differences", _SAME)
    assert "max_pooling" not in page.read()
    assert page.log() == entries


def test_the_diagnosis_follows_the_training_and_its_suggestion_helps(page: Page) -> None:
    """A network that memorizes 200 images overfits; pressing the suggestion switches max pooling on."""
    _restart(page, _change(training={"optimizer": {"name": "adamw", "learning_rate": 0.01}}))
    page.wait_for_text("diagnosis-yours", "Just started")
    assert not page.text("suggestion-yours")
    page.wait_for_text("diagnosis-yours", "Overfitting since epoch")
    page.wait_for_text("suggestion-yours", "Add max pooling")
    switch = page.find("switch-max_pooling")
    assert switch.get_attribute("aria-checked") == "false"
    page.click("suggestion-yours")
    wait_for(lambda: switch.get_attribute("aria-checked") == "true", "not switched on")
    assert "yours: changed regularizers.max_pooling: not set → {" in _read_log(page, "max_pooling")
    wait_for(lambda: page.text("suggestion-yours") != "Add max pooling", "it is suggested again")
    page.wait_for_more(page.number("examples-seen-yours"))


def test_without_a_network_every_preset_is_offered(
    serve: Callable[..., Server], browse: Callable[..., Page]
) -> None:
    """Nothing trains until a preset is pressed; then it trains, and its text is in the editor."""
    page = browse(serve().url)
    page.wait_for_text("welcome", "Choose an experiment to train")
    names = {path.with_suffix("").as_posix() for path in _PRESETS}
    assert {name for name in names if page.all(f"preset-{name}")} == names
    assert not page.find("play").is_enabled()
    assert not page.text("state")
    page.click("preset-quickstart/quick_mp")
    page.wait_for_text("state", "training")
    wait_for(lambda: not [each for each in page.all("welcome") if each.is_displayed()], "it is offered again")
    assert page.text("experiment") == "CNN + MP"
    page.open_tab("editor")
    text = (shipped_directory() / "quickstart" / "quick_mp.yaml").read_text(encoding="utf-8")
    wait_for(lambda: page.read() == text, page.read)
    page.wait_for_text("differences", _SAME)
    page.click("restart")
    assert "regularizers" not in _read_log(page, "yours: restarted")


def test_two_tabs_edit_one_text(page: Page) -> None:
    """What is typed in one appears in the other, which starts the text that it shows."""
    first = page.driver.current_window_handle
    page.driver.switch_to.new_window("tab")
    try:
        page.driver.get(page.url)
        page.wait_for_text("state", "training")
        page.open_tab("editor")
        wait_for(lambda: page.read() == _TEXT, page.read)
        text = _change(training={"batch_size": 40}).replace("title: Small", "title: From the other tab")
        page.write(text)
    finally:
        page.driver.switch_to.window(first)
    wait_for(lambda: page.read() == text, page.read)
    page.wait_for_text("differences", "training.batch_size: 20 → 40")
    page.click("restart")
    page.wait_for_text("experiment", "From the other tab")
    page.write(_TEXT)
    second = next(each for each in page.driver.window_handles if each != first)
    page.driver.switch_to.window(second)
    try:
        wait_for(lambda: page.read() == _TEXT, page.read)
        page.driver.close()
    finally:
        page.driver.switch_to.window(first)

"""The settings that are changed while the network trains, and values that are refused."""

from collections.abc import Callable
from html import unescape

import pytest
from click.testing import CliRunner
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from reglab.cli import main
from tests.live.page.browser import Page, wait_for
from tests.live.page.conftest import Server

pytestmark = pytest.mark.slow
_GRAPH = "Accuracy, %"
_RIGHT = "\ue014"
_OPTIMIZER = "training.optimizer={name: sgd, learning_rate: 0.01, momentum: 0.5}"
_REGULARIZERS = "regularizers={dropout: {rate: 0.2}, l1: {strength: 1e-5}, l2: {strength: 1e-4}}"
_CHANGES = ("--set", _OPTIMIZER, "--set", _REGULARIZERS)


@pytest.fixture(scope="module")
def server(serve: Callable[..., Server]) -> Server:
    """The small experiment with SGD and three regularizers."""
    return serve("small.yaml", *_CHANGES)


@pytest.fixture(scope="module")
def page(server: Server, browse: Callable[..., Page]) -> Page:
    """A page on which it trains."""
    page = browse(server.url)
    page.wait_for_text("state", "training")
    return page


def _check_change(page: Page, change: str, act: Callable[[], None]) -> None:
    """A change is one entry of the log and one mark on the graphs, and the training continues."""
    entries = len(page.log())
    act()
    wait_for(lambda: len(page.log()) > entries, "the log has no entry")
    log = page.log()
    assert len(log) == entries + 1
    assert change in log[0]
    wait_for(lambda: change in unescape("".join(page.marks(_GRAPH)[-1:])), "the graphs have no mark")
    assert len(page.marks(_GRAPH)) == sum("yours: changed" in entry for entry in log)
    page.wait_for_more(int(log[0].split(" · ")[1].removesuffix(" examples").replace(",", "")))
    assert page.text("state") == "training"


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        ("training.optimizer.learning_rate", "0.01", "0.02"),
        ("training.optimizer.momentum", "0.5", "0.9"),
        ("training.batch_size", "20", "25"),
        ("training.epochs", "100000", "90000"),
        ("regularizers.dropout.rate", "0.2", "0.4"),
        ("regularizers.l1.strength", "1e-05", "2e-05"),
        ("regularizers.l2.strength", "0.0001", "0.001"),
    ],
)
def test_a_value_is_changed_while_it_trains(page: Page, key: str, before: str, after: str) -> None:
    """The field shows the value before and after; log and graphs have the change; the training continues."""
    wait_for(lambda: page.value(key) == before, lambda: page.value(key))
    _check_change(page, f"{key}: {before} → {after}", lambda: page.type(key, after))
    page.wait_for_text("change", f"{key}: ")
    assert page.value(key) == after


def test_a_regularizer_is_switched_on_changed_and_off(page: Page) -> None:
    """Its parameters appear with their defaults, can be changed, and vanish with it."""
    rate = "regularizers.weight_decay.rate"
    switch = page.find("switch-weight_decay")
    assert not [each for each in page.all(rate) if each.is_displayed()]
    _check_change(
        page, "regularizers.weight_decay: not set → {rate: 0.004}", lambda: page.click("switch-weight_decay")
    )
    assert switch.get_attribute("aria-checked") == "true"
    assert page.value(rate) == "0.004"
    _check_change(page, f"{rate}: 0.004 → 0.01", lambda: page.type(rate, "0.01"))
    _check_change(
        page, "regularizers.weight_decay: {rate: 0.01} → not set", lambda: page.click("switch-weight_decay")
    )
    assert switch.get_attribute("aria-checked") == "false"
    wait_for(lambda: not [each for each in page.all(rate) if each.is_displayed()], "the field stays")


def test_the_strength_of_augmentation_is_changed_with_one_slider(page: Page) -> None:
    """An arrow key moves the slider, which multiplies all ranges; the flips stay."""
    _check_change(page, "regularizers.augmentation: not set", lambda: page.click("switch-augmentation"))
    slider = page.find("augmentation-strength")
    assert slider.get_attribute("aria-valuenow") == "1"

    def move() -> None:
        track = slider.find_element(By.CSS_SELECTOR, "[tabindex]")
        page.driver.execute_script("arguments[0].focus()", track)
        ActionChains(page.driver).send_keys(_RIGHT).perform()

    _check_change(page, "regularizers.augmentation.rotation: 15.0 → 15.75", move)
    entry = page.log()[0]
    assert "width_shift: 0.1 → 0.105" in entry
    assert "flip" not in entry
    assert slider.get_attribute("aria-valuenow") == "1.05"


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("training.optimizer.learning_rate", "-1", "expected a number in (0, 100], got -1"),
        ("training.optimizer.momentum", "1", "expected a number in [0, 1), got 1"),
        ("training.batch_size", "ten", "expected an integer ≥ 1, got the string 'ten'"),
        ("regularizers.dropout.rate", "1.5", "expected a number in [0, 1), got 1.5"),
        ("regularizers.l2.strength", "nan", "expected a number in (0, 1], got the string 'nan'"),
    ],
)
def test_a_bad_value_is_refused_beside_its_field(
    server: Server, page: Page, key: str, value: str, message: str
) -> None:
    """The message is that of the command line; nothing changes; a good value clears it."""
    entries = page.log()
    before = page.value(key)
    page.type(key, value)
    page.wait_for_text(key, f"{key}: {message}")
    arguments = ["show", str(server.folder / "small.yaml"), *_CHANGES, "--set", f"{key}={value}"]
    printed = CliRunner().invoke(main, arguments).stderr
    assert printed.strip() == f"--set {key}={value}: {key}: {message}"
    field = page.find(key)
    assert field.find_element(By.CSS_SELECTOR, "[role=alert]").text == f"{key}: {message}"
    page.wait_for_more(page.number("examples-seen-yours") + 100)
    assert page.log() == entries
    page.type(key, before)
    wait_for(lambda: "error" not in page.text(key), lambda: page.text(key))
    assert page.log() == entries


def test_what_an_optimizer_does_not_have_cannot_be_changed(page: Page) -> None:
    """SGD has no weight decay of its own, so that field is off."""
    decay = page.find("training.optimizer.weight_decay").find_element(By.CSS_SELECTOR, "input")
    momentum = page.find("training.optimizer.momentum").find_element(By.CSS_SELECTOR, "input")
    assert (decay.is_enabled(), momentum.is_enabled()) == (False, True)


def test_a_complete_training_says_what_can_be_done(page: Page) -> None:
    """Nothing that would train can be pressed; with more epochs the training continues."""
    page.type("training.epochs", "1")
    page.wait_for_text("state", "complete")
    page.wait_for_text("diagnosis-yours", "The training is complete: raise the epochs in the settings")
    for name in ("play", "step", "epoch"):
        wait_for(lambda name=name: not page.find(name).is_enabled(), f"{name} can be pressed")
    page.type("training.epochs", "100000")
    page.wait_for_text("state", "training")
    assert page.find("play").is_enabled()

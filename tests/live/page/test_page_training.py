"""The numbers of the training, its controls in the bar and on the keyboard, two tabs, and a reload."""

import math
import time
from collections.abc import Callable

import pytest
from selenium.webdriver.common.action_chains import ActionChains

from tests.live.page.browser import Page, wait_for
from tests.live.page.conftest import EXPERIMENT, Server

pytestmark = pytest.mark.slow
_BATCH = EXPERIMENT["training"]["batch_size"]
_EPOCH = 200
"""Training images."""
_FOCUS = """
const part = arguments[0];
const taking = part.matches('button, [tabindex]') ? part : part.querySelector('[tabindex="0"], button');
taking.focus();
return document.activeElement === taking;
"""
_LISTEN = """
window.wasPressed = false;
window.addEventListener('keyup', event => { window.wasPressed = event.key === ' '; }, true);
"""
_ROWS = (
    "epoch",
    "examples-seen",
    "images-a-second",
    "forward",
    "backward",
    "training-accuracy",
    "clean-accuracy",
    "validation-accuracy",
    "gap",
    "cross-entropy",
    "clean-cross-entropy",
    "validation-cross-entropy",
    "penalty",
    "learning-rate",
)


@pytest.fixture(scope="module")
def page(serve: Callable[..., Server], browse: Callable[..., Page]) -> Page:
    """A page on which the small experiment trains."""
    page = browse(serve("small.yaml").url)
    page.wait_for_text("state", "training")
    return page


def _count(page: Page, name: str) -> int:
    """The examples seen by a network that is paused, as the log says it with a snapshot."""
    page.open_tab("files")
    page.type("snapshot-name", name)
    page.click("save-snapshot")
    page.open_tab("log")
    page.wait_for_text("log", f"saved {name}.snapshot.npz")
    (line,) = [each for each in page.log() if each.endswith(f"saved {name}.snapshot.npz")]
    return int(line.split(" · ")[1].removesuffix(" examples").replace(",", ""))


def _press_key(page: Page, keys: str) -> None:
    """Presses keys while no field has the focus."""
    page.driver.execute_script("document.activeElement.blur()")
    ActionChains(page.driver).send_keys(keys).perform()


def test_all_numbers_are_shown_and_move(page: Page) -> None:
    """Every row gets a number, those of the training change, and the gap is clean − validation accuracy."""
    page.train()
    wait_for(
        lambda: all(not math.isnan(page.number(f"{row}-yours")) for row in _ROWS),
        lambda: str([row for row in _ROWS if math.isnan(page.number(f"{row}-yours"))]),
    )
    before = {row: page.text(f"{row}-yours") for row in _ROWS}
    moving = ("epoch", "examples-seen", "images-a-second", "cross-entropy", "clean-cross-entropy")
    wait_for(lambda: all(page.text(f"{row}-yours") != before[row] for row in moving), "it stands still")
    page.pause()
    clean, validation, gap = (
        page.number(f"{row}-yours") for row in ("clean-accuracy", "validation-accuracy", "gap")
    )
    # Each of the three is rounded to a tenth.
    assert gap == pytest.approx(clean - validation, abs=0.16)
    assert page.number("epoch-yours") == pytest.approx(page.number("examples-seen-yours") / _EPOCH, abs=0.006)


def test_a_step_is_exactly_one_batch(page: Page) -> None:
    """Step trains one batch and pauses again; after Train it continues."""
    page.pause()
    before = _count(page, "before-step")
    page.click("step")
    left = _EPOCH - before % _EPOCH
    after = before + min(_BATCH, left)
    wait_for(lambda: page.number("examples-seen-yours") == after, lambda: page.text("examples-seen-yours"))
    assert _count(page, "after-step") == after
    page.wait_for_text("state", "paused")
    page.train()
    page.wait_for_more(after + _BATCH)


def test_an_epoch_ends_where_the_next_begins(page: Page) -> None:
    """Epoch trains to the end of the epoch and pauses there; once more, it trains a whole one."""
    page.pause()
    before = _count(page, "before-epoch")
    end = (before // _EPOCH + 1) * _EPOCH
    for images in (end, end + _EPOCH):
        page.click("epoch")
        wait_for(
            lambda images=images: page.number("examples-seen-yours") == images,
            lambda: page.text("examples-seen-yours"),
        )
        page.wait_for_text("state", "paused")
    assert _count(page, "after-epoch") == end + _EPOCH


def test_pause_is_answered_at_once(page: Page) -> None:
    """The button says Train soon after a click on Pause, and then nothing is trained."""
    page.train()
    begin = time.monotonic()
    page.click("play")
    page.wait_for_text("play", "Train")
    # Measured elsewhere; here it must not wait for something slow, such as the end of an epoch.
    assert time.monotonic() - begin < 5
    page.wait_for_text("state", "paused")
    assert _count(page, "first-pause") == _count(page, "second-pause")


def test_keys_pause_step_and_finish_the_epoch(page: Page) -> None:
    """The space bar pauses and trains, s does one step, e trains to the end of the epoch."""
    page.train()
    _press_key(page, " ")
    page.wait_for_text("state", "paused")
    before = _count(page, "before-keys")
    _press_key(page, "s")
    after = min(before + _BATCH, (before // _EPOCH + 1) * _EPOCH)
    wait_for(lambda: page.number("examples-seen-yours") == after, "no step")
    assert _count(page, "after-key-s") == after
    _press_key(page, "e")
    end = (after // _EPOCH + 1) * _EPOCH
    wait_for(lambda: page.number("examples-seen-yours") == end, "no epoch")
    _press_key(page, " ")
    page.wait_for_text("state", "training")


def test_the_space_bar_does_not_scroll(page: Page) -> None:
    """It pauses the training, and the page stays where it is."""
    page.train()
    page.driver.execute_script("scrollTo(0, 0)")
    assert page.driver.execute_script("return document.documentElement.scrollHeight > innerHeight + 100")
    _press_key(page, " ")
    page.wait_for_text("state", "paused")
    assert page.driver.execute_script("return scrollY") == 0


@pytest.mark.parametrize("part", ["tab-log", "switch-l2", "more", "clear"])
def test_the_space_bar_is_the_key_of_what_has_the_focus(page: Page, part: str) -> None:
    """A tab, a switch, an expansion and a button get it; the training does not pause."""
    page.train()
    page.open_tab("inside")
    focused = page.driver.execute_script(_FOCUS, page.find(part))
    assert focused
    page.driver.execute_script(_LISTEN)
    ActionChains(page.driver).send_keys(" ").perform()
    wait_for(lambda: bool(page.driver.execute_script("return window.wasPressed")), "it is not pressed")
    page.wait_for_more(page.number("examples-seen-yours") + 100)
    assert page.text("state") == "training"


def test_letters_in_fields_are_not_keys(page: Page) -> None:
    """While one types in a field or in the editor, space, s and e do nothing to the training."""
    page.pause()
    before = _count(page, "before-letters")
    page.open_tab("files")
    page.type("snapshot-name", "se s", end="\ue004")
    page.open_tab("editor")
    text = page.read()
    page.focus_editor()
    ActionChains(page.driver).send_keys("se s").perform()
    wait_for(lambda: page.read() != text, "nothing is typed")
    assert _count(page, "after-letters") == before
    page.open_tab("editor")
    page.write(text)
    _press_key(page, "s")
    wait_for(lambda: page.number("examples-seen-yours") > before, "keys stay off")


def test_two_tabs_agree(page: Page) -> None:
    """A change in one tab is shown by the other one, and so is a pause."""
    page.train()
    first = page.driver.current_window_handle
    page.driver.switch_to.new_window("tab")
    try:
        page.driver.get(page.url)
        page.wait_for_text("state", "training")
        page.type("training.optimizer.weight_decay", "0.02")
        page.wait_for_text("change", "training.optimizer.weight_decay")
        page.click("play")
        page.wait_for_text("state", "paused")
        images = page.text("examples-seen-yours")
        second = page.driver.current_window_handle
        page.driver.switch_to.window(first)
        wait_for(lambda: page.value("training.optimizer.weight_decay") == "0.02", "the tabs differ")
        page.wait_for_text("state", "paused")
        page.wait_for_text("play", "Train")
        page.wait_for_text("examples-seen-yours", images)
        page.click("play")
        page.driver.switch_to.window(second)
        page.wait_for_text("state", "training")
    finally:
        for handle in page.driver.window_handles:
            if handle != first:
                page.driver.switch_to.window(handle)
                page.driver.close()
        page.driver.switch_to.window(first)


def test_a_reload_keeps_the_state(page: Page) -> None:
    """After a reload there are the same experiment, values, switches, draft and log, and it still trains."""
    page.train()
    page.type("training.optimizer.learning_rate", "0.0015")
    page.wait_for_text("change", "learning_rate")
    page.click("switch-dropout")
    page.wait_for_text("change", "dropout")
    page.open_tab("editor")
    draft = f"# A draft that is kept.\n{page.read()}"
    page.write(draft)
    wait_for(lambda: "dropout" in page.log()[0], lambda: page.log()[0])
    log = page.log()
    examples = page.number("examples-seen-yours")
    name = page.text("experiment")
    page.driver.refresh()
    page.wait_for_text("state", "training")
    wait_for(lambda: page.number("examples-seen-yours") >= examples, "examples are lost")
    assert page.text("experiment") == name == "Small"
    assert page.value("training.optimizer.learning_rate") == "0.0015"
    assert page.find("switch-dropout").get_attribute("aria-checked") == "true"
    assert page.log() == log
    page.open_tab("editor")
    wait_for(lambda: page.read() == draft, page.read)
    assert not page.problems()

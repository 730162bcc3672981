"""Two networks side by side: in step, compared, and changed."""

from collections.abc import Callable

import pytest

from tests.live.page.browser import Page, wait_for
from tests.live.page.conftest import Server

pytestmark = pytest.mark.slow
_GAP = "Gap (clean − validation accuracy), points"
_READ_DIFFERENCES = """
return [...document.querySelectorAll('.is-differences-of-both tr')].map(
  row => [...row.children].map(cell => cell.innerText.trim()));
"""
_READ_WIDTH = """
return document.querySelector('.is-differences-of-both table').getBoundingClientRect().right;
"""
_READ_BARS = """
return [...document.querySelectorAll('.gaps .track div')].map(bar => parseFloat(bar.style.width));
"""


@pytest.fixture(scope="module")
def page(serve: Callable[..., Server], browse: Callable[..., Page]) -> Page:
    """A page on which a network with max pooling trains beside the one without."""
    settings = "regularizers={max_pooling: {}}", "training.optimizer.learning_rate=0.01"
    server = serve("small.yaml", *(part for setting in settings for part in ("--set", setting)))
    page = browse(server.url)
    page.wait_for_text("state", "training")
    page.open_tab("both")
    page.click("train-both")
    wait_for(lambda: page.number("examples-seen-baseline") > 0, "no baseline")
    return page


def _read_keys(page: Page) -> list[str]:
    """In which the two experiments differ."""
    return sorted(row[0] for row in page.driver.execute_script(_READ_DIFFERENCES)[1:])


def _count(page: Page) -> tuple[float, float]:
    return page.number("examples-seen-baseline"), page.number("examples-seen-yours")


def test_both_pause_at_the_same_step(page: Page) -> None:
    """Again and again, also after a step and at the end of an epoch; they train on after it."""
    for button in ("step", "epoch", "step"):
        page.train()
        page.wait_for_more(_count(page)[1] + 500)
        page.wait_for_more(_count(page)[0] + 500, "baseline")
        page.pause()
        wait_for(lambda: len(set(_count(page))) == 1, lambda: str(_count(page)))
        before = _count(page)[0]
        page.click(button)
        wait_for(lambda before=before: _count(page)[0] > before, "no step")
        page.wait_for_text("state", "paused")
        wait_for(lambda: len(set(_count(page))) == 1, lambda: str(_count(page)))
    page.train()


def test_the_difference_is_one_line(page: Page) -> None:
    """Max pooling, with its parameters, is the only key in which the two experiments differ."""
    page.open_tab("both")
    head, *rows = page.driver.execute_script(_READ_DIFFERENCES)
    assert head == ["what differs", "No regularizers", "Small"]
    assert [row[:2] for row in rows] == [["regularizers.max_pooling", "not set"]]
    assert rows[0][2].startswith("{")


def test_the_differences_fit_on_a_telephone(page: Page) -> None:
    """Long values wrap; no column is cut off."""
    page.open_tab("both")
    wait_for(lambda: len(page.driver.execute_script(_READ_DIFFERENCES)) > 1, "no differences")
    try:
        page.driver.set_window_size(390, 900)
        wait_for(lambda: page.driver.execute_script("return innerWidth") == 390)
        wait_for(lambda: page.driver.execute_script(_READ_WIDTH) <= 390, "it is cut off", patience=20)
    finally:
        page.driver.set_window_size(1440, 900)


def test_curves_of_both_in_one_graph(page: Page) -> None:
    """Each has lines of its own, named after its experiment, which grow."""
    names = {line["name"] for line in page.graph("Accuracy, %")}
    for title in ("No regularizers", "Small"):
        assert any(title in name for name in names), names
    before = {line["name"]: len(line["points"]) for line in page.graph(_GAP)}
    assert len(before) == 2
    wait_for(
        lambda: all(len(line["points"]) > before[line["name"]] for line in page.graph(_GAP)),
        "the lines do not grow",
    )


def test_the_gaps_are_bars(page: Page) -> None:
    """Each is as long as its gap: 60 points fill it. The baseline memorizes, and its bar grows."""
    wait_for(lambda: page.number("gap-baseline") > 20, lambda: page.text("gap-baseline"))
    page.pause()
    wait_for(
        lambda: (
            page.driver.execute_script(_READ_BARS)
            == pytest.approx(
                [min(100, max(0, page.number(f"gap-{name}") / 0.6)) for name in ("baseline", "yours")],
                abs=0.2,
            )
        ),
        lambda: str(page.driver.execute_script(_READ_BARS)),
    )
    page.train()


def test_a_regularizer_is_yours_alone_and_the_batch_size_is_of_both(page: Page) -> None:
    """The controls change yours; what decides about the batches is changed in both."""
    page.type("training.optimizer.learning_rate", "0.005")
    page.wait_for_text("change", "training.optimizer.learning_rate")
    page.type("training.batch_size", "25")
    page.wait_for_text("change", "training.batch_size")
    page.open_tab("both")
    expected = ["regularizers.max_pooling", "training.optimizer.learning_rate"]
    wait_for(lambda: _read_keys(page) == expected, lambda: str(_read_keys(page)))
    page.pause()
    wait_for(lambda: len(set(_count(page))) == 1, lambda: str(_count(page)))
    page.train()


def test_a_snapshot_is_refused_while_two_are_trained(page: Page) -> None:
    """Two networks are in step; one of them cannot jump back."""
    page.open_tab("files")
    page.type("snapshot-name", "of-a-pair")
    page.click("save-snapshot")
    page.wait_for_text("files", "/of-a-pair.snapshot.npz")
    page.wait_for_note("of-a-pair")
    load = page.driver.find_elements("css selector", '[class*="/of-a-pair.snapshot.npz"]')[0]
    page.driver.execute_script("arguments[0].click()", load)
    page.wait_for_note("stop comparing before you load a file")


def test_only_yours_trains_on(page: Page) -> None:
    """The other one ends; yours keeps its position."""
    before = page.number("examples-seen-yours")
    page.open_tab("both")
    page.click("only-yours")
    wait_for(lambda: not page.all("examples-seen-baseline"), "the baseline stays")
    page.wait_for_more(before)
    assert not page.driver.execute_script(_READ_DIFFERENCES)
    assert not page.problems()

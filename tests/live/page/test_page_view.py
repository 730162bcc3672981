"""What is seen: graphs and what is downloaded of them, widths, light and dark, names for screen readers."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from tests.live.page.browser import Page, wait_for
from tests.live.page.conftest import Server

pytestmark = pytest.mark.slow
_GRAPHS = {
    "Accuracy, %": ["validation", "clean", "as trained"],
    "Cross-entropy, nats": ["validation", "clean", "as trained"],
    "Gap (clean − validation accuracy), points": ["gap"],
    "Penalty (L1, L2) in the loss": ["penalty"],
}
_TABS = ("inside", "predictions", "picture", "editor", "both", "files", "log")
_WIDTHS = (390, 768, 1440, 1920)
_ROLES = ("button", "combobox", "image", "link", "slider", "switch", "tab", "textbox")
_TOO_WIDE = """
const width = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth <= width) return [];
return [...document.querySelectorAll('body *')].filter(each => each.getBoundingClientRect().right > width + 1)
  .map(each => each.outerHTML.slice(0, 100));
"""
_LEAVE_PREDICTIONS = """
window.tiles = document.querySelector('.is-predictions');
for (const tile of window.tiles.children) tile.dataset.before = true;
document.querySelector('.is-copies').click();
document.querySelector('.is-tab-log').click();
"""
_ARE_NEW = """
const tiles = [...window.tiles.children];
return tiles.length > 0 && !tiles.some(tile => tile.dataset.before);
"""
_HOSTS = "return performance.getEntriesByType('resource').map(each => new URL(each.name).host)"


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what the browser downloads."""
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module")
def page(serve: Callable[..., Server], browse: Callable[..., Page], downloads: Path) -> Page:
    """A page on which the small experiment trains with dropout, augmentation and a penalty."""
    regularizers = "regularizers={dropout: {}, augmentation: {}, l2: {}}"
    page = browse(serve("small.yaml", "--set", regularizers).url, downloads=downloads)
    page.wait_for_text("state", "training")
    return page


def _wait_for_points(page: Page, count: int = 3) -> None:
    wait_for(
        lambda: all(len(line["points"]) >= count for title in _GRAPHS for line in page.graph(title)),
        "too few points",
    )


def _wait_for_file(path: Path) -> Path:
    """A downloaded file, when it is complete."""
    wait_for(lambda: path.is_file() and not list(path.parent.glob("*.crdownload")), f"no {path.name}")
    return path


def test_graphs_have_lines_that_grow(page: Page) -> None:
    """Each graph has its lines, over increasing numbers of examples, with finite values in their range."""
    page.train()
    _wait_for_points(page)
    for title, names in _GRAPHS.items():
        lines = page.graph(title)
        assert [line["name"] for line in lines] == names
        for line in lines:
            places = [x for x, _ in line["points"]]
            assert places == sorted(set(places))
    accuracies = [y for line in page.graph("Accuracy, %") for _, y in line["points"]]
    assert 0 <= min(accuracies) <= max(accuracies) <= 100
    assert min(y for _, y in page.graph("Penalty (L1, L2) in the loss")[0]["points"]) > 0
    last = page.graph("Accuracy, %")[0]["points"][-1][0]
    wait_for(lambda: page.graph("Accuracy, %")[0]["points"][-1][0] > last, "the lines do not grow")


def test_clear_removes_what_was_before(page: Page) -> None:
    """After Clear the lines begin where the training was, on every graph, and grow again."""
    page.train()
    _wait_for_points(page)
    before = {title: page.graph(title)[0]["points"][0][0] for title in _GRAPHS}
    page.click("clear")
    for title, first in before.items():
        wait_for(
            lambda title=title, first=first: all(
                line["points"] and line["points"][0][0] > first for line in page.graph(title)
            ),
            f"{title} is not cleared",
        )
    _wait_for_points(page)


def test_numbers_are_downloaded_as_csv(page: Page, downloads: Path) -> None:
    """One row for each sample, also of those before Clear, with a gap of accuracies in their range."""
    page.train()
    _wait_for_points(page)
    page.press("Save")
    page.press("All numbers as CSV")
    with _wait_for_file(downloads / "curves.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["network"] for row in rows} == {"yours"}
    images = [int(row["images"]) for row in rows]
    assert images == sorted(set(images))
    accuracies = [float(row["clean_accuracy"]) for row in rows if row["clean_accuracy"]]
    assert len(accuracies) >= 3
    assert all(0 <= each <= 1 for each in accuracies)


def test_a_graph_is_downloaded_as_png(page: Page, downloads: Path) -> None:
    """The picture has twice the pixels of the graph on the page, and more than its ground."""
    _wait_for_points(page)
    page.press("Save")
    page.press("Accuracy, % as PNG")
    size = page.driver.execute_script(
        "const box = document.querySelector('.nicegui-echart'); return [box.clientWidth, box.clientHeight]"
    )
    with Image.open(_wait_for_file(downloads / "accuracy.png")) as picture:
        assert picture.format == "PNG"
        assert picture.size == tuple(2 * each for each in size)
        colours = picture.convert("RGB").getcolors(2**24)
        assert colours is not None
    # Axes, text and three lines, with smooth edges.
    assert len(colours) > 20
    count, ground = max(colours)
    assert ground in ((255, 255, 255), (18, 18, 18))
    assert count < 0.99 * picture.width * picture.height


def test_the_log_is_downloaded_as_yaml(page: Page, downloads: Path) -> None:
    """The first entry is the start, a later one the change that was made."""
    page.type("training.optimizer.learning_rate", "0.0007")
    page.wait_for_text("change", "learning_rate")
    page.open_tab("log")
    page.click("save-log")
    entries = yaml.safe_load(_wait_for_file(downloads / "log.yaml").read_text(encoding="utf-8"))
    assert entries[0]["action"] == "started"
    assert entries[-1]["changes"] == ["training.optimizer.learning_rate: 0.001 → 0.0007"]


@pytest.mark.parametrize("tab", _TABS)
def test_no_part_is_wider_than_the_window(page: Page, tab: str) -> None:
    """From a telephone to a projector, the page does not scroll sideways."""
    page.open_tab(tab)
    found: list[str] = []

    def fits() -> bool:
        found[:] = page.driver.execute_script(_TOO_WIDE)
        return not found

    try:
        for width in _WIDTHS:
            page.driver.set_window_size(width, 900)
            wait_for(lambda width=width: page.driver.execute_script("return innerWidth") == width)
            wait_for(fits, lambda width=width: f"{width} pixels: {found[:5]}", patience=20)
    finally:
        page.driver.set_window_size(1440, 900)


@pytest.mark.parametrize("tab", _TABS)
def test_everything_that_is_used_has_an_accessible_name(page: Page, tab: str) -> None:
    """Chromium computes a name for each button, field, picture and switch that is visible."""
    page.open_tab(tab)
    if tab == "predictions":
        wait_for(lambda: "right" in page.text("predictions"))
    if tab == "inside":
        wait_for(lambda: "activation" in page.text("inside"))
    used = _list_accessible(page, _ROLES)
    assert len(used) > 20
    assert [_describe(page, each) for each in used if not _name(each)] == []


def test_fields_have_names_of_their_own(page: Page) -> None:
    """A screen reader reads the regularizer of a parameter, whose label alone is not unique."""
    page.open_tab("editor")
    names: list[str] = []

    def look() -> bool:
        names[:] = [_name(each) for each in _list_accessible(page, ("textbox", "combobox"))]
        return {"dropout rate", "l2 strength", "batch size", "Experiment in YAML"} <= set(names)

    wait_for(look, lambda: str(names))
    assert sorted(set(names)) == sorted(names)


def _list_accessible(page: Page, roles: Sequence[str]) -> list[dict[str, Any]]:
    nodes = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    return [each for each in nodes if not each["ignored"] and each["role"]["value"] in roles]


def _name(node: dict[str, Any]) -> str:
    name: str = node.get("name", {}).get("value", "")
    return name


def _describe(page: Page, node: dict[str, Any]) -> str:
    found = page.driver.execute_cdp_cmd("DOM.describeNode", {"backendNodeId": node["backendDOMNodeId"]})
    return f"{node['role']['value']} {found['node'].get('attributes')}"


def test_light_and_dark(page: Page) -> None:
    """The button changes the ground of the page and the text of the graphs."""

    def read() -> tuple[str, str]:
        ground = page.driver.execute_script("return getComputedStyle(document.body).backgroundColor")
        return ground, page.graph_colour()

    first = read()
    button = '[aria-label="Light or dark"]'
    page.press("", button)
    wait_for(lambda: all(one != other for one, other in zip(first, read(), strict=True)), "it stays")
    page.press("", button)
    wait_for(lambda: read() == first, "it does not change back")


def test_predictions_that_arrive_in_another_tab_cause_no_error(page: Page) -> None:
    """The tiles are replaced, although nobody sees them, if one opens another tab at once."""
    page.train()
    page.open_tab("predictions")
    wait_for(lambda: "right" in page.text("predictions"))
    page.driver.execute_script(_LEAVE_PREDICTIONS)
    wait_for(lambda: bool(page.driver.execute_script(_ARE_NEW)), "no new predictions")
    assert page.problems() == []


def test_nothing_leaves_the_machine(page: Page) -> None:
    """All scripts, styles, fonts and pictures are from the server of the page, and none was refused."""
    hosts = page.driver.execute_script(_HOSTS)
    assert len(hosts) > 10
    assert set(hosts) == {page.url.split("/")[2]}
    assert page.problems() == []

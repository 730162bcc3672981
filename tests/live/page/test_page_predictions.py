"""Predictions of test images, mistakes and the confusion matrix; a picture of the user."""

import io
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from struct import pack

import pytest
from PIL import Image
from selenium.webdriver.remote.webelement import WebElement

from reglab.live.page.style import RIGHT, WRONG
from tests.live.page.browser import Page, wait_for
from tests.live.page.conftest import Server

pytestmark = pytest.mark.slow
_TILES = 12
_TEST_IMAGES = 2000
_FORMATS = ("png", "jpeg", "gif", "bmp", "tiff", "webp", "tga", "pcx")
_READ = """
return [...document.querySelectorAll(`.is-${arguments[0]} .tile`)].map(tile => [
  tile.querySelector('img').alt,
  [...tile.querySelectorAll('.share')].map(share => [
    share.firstChild.innerText,
    parseFloat(share.querySelector('.track div').style.width),
    getComputedStyle(share.querySelector('.track div')).backgroundColor,
    share.lastChild.innerText,
  ]),
  tile.querySelector('.soft')?.innerText ?? '',
]);
"""
_READ_MATRIX = """
const boxes = [...document.querySelectorAll('.nicegui-echart')].filter(each => each.checkVisibility());
return getElement(parseInt(boxes.at(-1).id.slice(1))).chart.getOption().series[0].data;
"""
_GIVE = """
const [target, bytes, kind] = arguments;
const data = new DataTransfer();
data.items.add(new File([Uint8Array.from(bytes)], 'a.png', {type: 'image/png'}));
const settings = {bubbles: true, cancelable: true};
target.dispatchEvent(kind === 'paste'
  ? new ClipboardEvent(kind, {...settings, clipboardData: data})
  : new DragEvent(kind, {...settings, dataTransfer: data}));
"""
_READ_OWN = "return document.querySelector('.is-own-prediction img')?.src ?? ''"


@dataclass(frozen=True)
class Tile:
    """What the page shows of a prediction.

    Attributes:
        classes: with their shares in percent, the most probable first.
        true: the class that is green; empty if none of the three is.
        verdict: the words below.
    """

    classes: tuple[tuple[str, float], ...]
    true: str
    verdict: str


@pytest.fixture(scope="module")
def server(serve: Callable[..., Server]) -> Server:
    """The small experiment with augmentation."""
    return serve("small.yaml", "--set", "regularizers={augmentation: {}}")


@pytest.fixture(scope="module")
def page(server: Server, browse: Callable[..., Page]) -> Page:
    """A page on which it has trained for a while; it is paused, so that predictions do not change."""
    page = browse(server.url)
    page.wait_for_more(4000)
    page.pause()
    return page


def _rgb(colour: str) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def _read(page: Page, name: str = "predictions") -> list[Tile]:
    tiles = []
    for alt, shares, verdict in page.driver.execute_script(_READ, name):
        assert len(shares) == 3
        assert {colour for _, _, colour, _ in shares} <= {_rgb(RIGHT), _rgb(WRONG)}
        for _, width, _, text in shares:
            # The width has a decimal, the text has none.
            assert float(text.removesuffix("%")) == pytest.approx(width, abs=0.56)
        assert alt.startswith(", ".join(f"{label} {text}" for label, _, _, text in shares))
        green = [label for label, _, colour, _ in shares if colour == _rgb(RIGHT)]
        assert len(green) <= 1
        tiles.append(Tile(tuple((label, width) for label, width, *_ in shares), "".join(green), verdict))
    return tiles


def _open(page: Page) -> list[Tile]:
    page.open_tab("predictions")
    wait_for(lambda: len(_read(page)) == _TILES, "no predictions")
    return _read(page)


def _read_new(page: Page, before: list[Tile]) -> list[Tile]:
    wait_for(lambda: _read(page) != before, "the predictions stay")
    return _read(page)


def test_the_top_three_with_the_true_one_green(page: Page) -> None:
    """In falling order, with at most 100 % in all; the words agree with the colours."""
    tiles = _open(page)
    for tile in tiles:
        shares = [share for _, share in tile.classes]
        assert shares == sorted(shares, reverse=True)
        assert 0 < sum(shares) <= 100.2
        first = tile.classes[0][0]
        assert (tile.verdict == "right") == (first == tile.true)
        assert tile.verdict == "right" or tile.verdict.startswith("wrong: it is ")
    found = re.fullmatch(
        r"Test accuracy so far: ([\d.]+)% \((\d+) of (\d+) images\)", page.text("test-accuracy")
    )
    assert found is not None
    assert float(found[1]) == pytest.approx(100 * int(found[2]) / int(found[3]), abs=0.06)


def test_other_images_and_more_of_them_tested(page: Page) -> None:
    """The arrow shows the next images, and they count in the running accuracy."""
    before = _open(page)
    page.click("next-images")
    _read_new(page, before)
    wait_for(lambda: f"of {2 * _TILES} images" in page.text("test-accuracy"), page.text("test-accuracy"))
    page.press("chevron_left")
    wait_for(lambda: _read(page) == before, "not the first images")


def test_averaged_over_augmented_copies(page: Page) -> None:
    """The same images have other shares; without it, the same as before."""
    before = _open(page)
    page.click("copies")
    after = _read_new(page, before)
    assert [tile.classes for tile in after] != [tile.classes for tile in before]
    page.click("copies")
    wait_for(lambda: _read(page) == before, "the averages stay")


def test_the_most_confident_mistakes(page: Page) -> None:
    """All are wrong, the surest first."""
    before = _open(page)
    page.click("mistakes")
    mistakes = _read_new(page, before)
    assert all(tile.verdict.startswith("wrong") for tile in mistakes)
    assert all(tile.classes[0][0] != tile.true for tile in mistakes)
    sure = [tile.classes[0][1] for tile in mistakes]
    assert sure == sorted(sure, reverse=True)
    page.click("mistakes")
    wait_for(lambda: _read(page) == before, "the mistakes stay")


def test_mistakes_end(page: Page) -> None:
    """There is no arrow before the first and after the last ones, which are as many as in the matrix."""
    _open(page)
    page.click("evaluate")
    page.wait_for_text("evaluated", "are right")
    count = round(_TEST_IMAGES * (1 - page.number("evaluated") / 100))
    page.click("mistakes")
    wait_for(lambda: all(tile.verdict.startswith("wrong") for tile in _read(page)), "no mistakes")
    assert not page.find("previous-images").is_enabled()
    shown = _read(page)
    for _ in range((count - 1) // _TILES):
        page.click("next-images")
        shown = _read_new(page, shown)
    assert len(shown) == (count - 1) % _TILES + 1
    wait_for(lambda: page.find("next-images").is_enabled() == (len(shown) == _TILES), "it does not end")
    assert page.find("previous-images").is_enabled()
    page.click("mistakes")
    wait_for(lambda: len(_read(page)) == _TILES, "the mistakes stay")


def test_the_confusion_matrix_agrees_with_the_accuracy(page: Page) -> None:
    """It has all test images; its diagonal is what is right."""
    _open(page)
    page.click("evaluate")
    page.wait_for_text("evaluated", f"of {_TEST_IMAGES:,} test images are right")
    cells = page.driver.execute_script(_READ_MATRIX)
    counts = [cell[3] for cell in cells]
    right = sum(cell[3] for cell in cells if cell[0] == 9 - cell[1])
    assert sum(counts) == _TEST_IMAGES
    assert page.text("evaluated").startswith(f"{100 * right / _TEST_IMAGES:.2f}%")


def test_a_click_shows_an_image_inside_the_network(page: Page) -> None:
    """The fourth image in the list is test image 3."""
    _open(page)
    tile: WebElement = page.driver.find_elements("css selector", ".is-predictions .tile")[3]
    page.driver.execute_script("arguments[0].click()", tile)
    page.wait_for_text("inside-title", "test image 3")
    assert "q-tab--active" in (page.find("tab-inside").get_attribute("class") or "")


def test_mistakes_stay_until_they_are_asked_for_again(page: Page) -> None:
    """Finding them takes the whole test set, so that they do not follow the training."""
    _open(page)
    # Otherwise predictions that are under way may be followed by those that the click asks for.
    page.pause()
    page.click("mistakes")
    wait_for(lambda: all(tile.verdict.startswith("wrong") for tile in _read(page)), "no mistakes")
    mistakes = _read(page)
    page.train()
    page.wait_for_more(page.number("examples-seen-yours") + 4000)
    page.pause()
    assert _read(page) == mistakes
    page.click("mistakes-again")
    assert all(tile.verdict.startswith("wrong") for tile in _read_new(page, mistakes))
    page.click("mistakes")


def test_the_test_accuracy_continues_while_it_trains(page: Page) -> None:
    """More and more test images are predicted, although the same ones are shown."""
    _open(page)
    page.train()
    before = _count_tested(page)
    wait_for(lambda: _count_tested(page) >= before + 2 * _TILES, lambda: page.text("test-accuracy"))
    page.pause()


def _count_tested(page: Page) -> int:
    found = re.search(r"of (\d+) images", page.text("test-accuracy"))
    return int(found[1]) if found else 0


def test_a_restart_removes_the_confusion_matrix(page: Page) -> None:
    """It was that of another network."""
    _open(page)
    page.click("evaluate")
    page.wait_for_text("evaluated", "are right")
    page.open_tab("editor")
    page.click("current")
    page.wait_for_text("differences", "The same")
    page.click("restart")
    wait_for(lambda: page.number("examples-seen-yours") < _TEST_IMAGES, "no restart")
    page.open_tab("predictions")
    wait_for(lambda: not page.text("evaluated"), "the result stays")
    wait_for(lambda: not any(each.is_displayed() for each in page.all("matrix")), "the matrix stays")
    page.train()
    page.wait_for_more(4000)
    page.pause()


def _own_picture(page: Page) -> str:
    """The pixels of the picture that was recognized last."""
    address: str = page.driver.execute_script(_READ_OWN)
    return address


@pytest.mark.parametrize("kind", _FORMATS)
def test_a_picture_of_any_format_is_recognized(page: Page, tmp_path: Path, kind: str) -> None:
    """Also of one that browsers do not know; its activations can be shown."""
    path = tmp_path / f"a.{kind}"
    angle = 15 * _FORMATS.index(kind)
    Image.linear_gradient("L").rotate(angle).resize((300, 200)).convert("RGB").save(path, kind)
    page.open_tab("picture")
    before = _own_picture(page)
    page.upload("upload-picture", path)
    wait_for(lambda: _own_picture(page) != before, lambda: str(page.notes()))
    (tile,) = _read(page, "own-prediction")
    assert (tile.true, tile.verdict) == ("", "")
    page.press("Inside the network")
    page.wait_for_text("inside-title", "your picture")


@pytest.mark.parametrize("how", ["drop", "paste"])
def test_a_picture_is_dropped_or_pasted(page: Page, how: str) -> None:
    """As after an upload."""
    content = io.BytesIO()
    Image.new("RGB", (40, 40), {"drop": "green", "paste": "blue"}[how]).save(content, "png")
    page.open_tab("picture")
    before = _own_picture(page)
    target = page.find("upload-picture")
    if how == "drop":
        page.driver.execute_script(_GIVE, target, [], "dragover")
        wait_for(lambda: bool(target.find_elements("css selector", ".q-uploader__dnd")), "no place to drop")
        target = target.find_element("css selector", ".q-uploader__dnd")
    page.driver.execute_script(_GIVE, target, list(content.getvalue()), how)
    wait_for(lambda: _own_picture(page) != before, lambda: str(page.notes()))


def _write_bomb() -> bytes:
    """A valid PNG of 60,000 × 60,000 black pixels in 450 kB, which would need 10 GB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    pixels = zlib.compress(bytes(60_000 // 8 + 1) * 60_000, 9)
    header = pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no picture", "expected a picture"),
        (b"", "expected a picture"),
        (bytes(10 * 2**20 + 1), "at most 10 MB"),
        (_write_bomb(), "pixels"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n", "in EPS, a program"),
    ],
    ids=["text", "empty", "large", "bomb", "program"],
)
def test_what_is_no_picture_is_refused(page: Page, tmp_path: Path, content: bytes, message: str) -> None:
    """The page says why; the training continues."""
    path = tmp_path / "a.png"
    path.write_bytes(content)
    page.open_tab("picture")
    page.upload("upload-picture", path)
    page.wait_for_note(message)
    examples = page.number("examples-seen-yours")
    page.click("step")
    page.wait_for_more(examples)


def test_nothing_was_wrong_in_the_browser(page: Page) -> None:
    """No script has failed, and no part was refused, in all of this."""
    assert not page.problems()

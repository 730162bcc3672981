"""The inside of the network on the page: what each layer is, what it computes, and pictures of it."""

import base64
import io
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image

from tests.live.page.browser import Page, wait_for
from tests.live.page.conftest import Server

pytestmark = pytest.mark.slow
_FACTS = {
    "rescaling": "Rescaling: output 32×32×3",
    "conv_1_1": "Conv2D: output 32×32×16 · filter 5×5, stride 1 · parameters 16×5×5×3+16 = 1,216",
    "conv_1_1_batch_norm": "BatchNormalization: output 32×32×16 · parameters 16+16+16+16 = 64",
    "conv_1_1_activation": "Activation: output 32×32×16",
    "group_1_max_pooling": "MaxPooling2D: output 16×16×16 · pool 2×2, stride 2",
    "conv_2_1": "Conv2D: output 16×16×8 · filter 5×5, stride 1 · parameters 8×5×5×16+8 = 3,208",
    "conv_2_1_batch_norm": "BatchNormalization: output 16×16×8 · parameters 8+8+8+8 = 32",
    "conv_2_1_activation": "Activation: output 16×16×8",
    "group_2_max_pooling": "MaxPooling2D: output 8×8×8 · pool 2×2, stride 2",
    "global_max_pooling": "GlobalMaxPooling2D: output 8",
    "dense_1": "Dense: output 16 · parameters 16×8+16 = 144",
    "output": "Dense: output 10 · parameters 10×16+10 = 170",
}
_MAPS = {"activations", "gradients"}
_FILTERS = {"filters", "filter_gradients"}
_REFRESHES = 5
"""The first one is free; the others have to fit into the time for looking."""
_RANGES = re.compile(r"activation (\S+) to (\S+) · gradient (\S+) to (\S+)")
_READ = """
return [...document.querySelectorAll('.is-inside > section')].map(layer => [
  layer.ariaLabel,
  ...[0, 1].map(number => layer.querySelectorAll('.bar div')[number].innerText),
  layer.children[1].innerText,
  layer.children[2].innerText,
  [...layer.querySelectorAll('img')].filter(each => each.checkVisibility() && each.naturalWidth)
    .map(each => [each.className.match(/activations|filter_gradients|gradients|filters/)[0], each.src]),
]);
"""


@dataclass(frozen=True)
class Layer:
    """What the page shows of a layer.

    Attributes:
        facts: its kind and sizes.
        ranges: smallest and largest activation, smallest and largest gradient; empty before they are known.
        pictures: addresses by what they show.
    """

    facts: str
    ranges: tuple[float, ...]
    pictures: dict[str, str]

    def decode(self, picture: str) -> Image.Image:
        """The pixels of a picture."""
        return Image.open(io.BytesIO(base64.b64decode(self.pictures[picture].partition(",")[2])))


@pytest.fixture(scope="module")
def page(serve: Callable[..., Server], browse: Callable[..., Page]) -> Page:
    """A page on which a network with the filters of the ConvNetJS demo trains, when its inside is shown."""
    settings = (
        "model.groups=[[16], [8]]",
        "model.kernel_size=5",
        "regularizers={max_pooling: {}, batch_norm: {}}",
    )
    server = serve("small.yaml", *(part for setting in settings for part in ("--set", setting)))
    page = browse(server.url)
    wait_for(
        lambda: all(layer.ranges for layer in _read(page).values()) and len(_read(page)) > 1, "no inside"
    )
    return page


def _read(page: Page) -> dict[str, Layer]:
    layers = {}
    for label, name, kind, facts, ranges, pictures in page.driver.execute_script(_READ):
        assert label == f"layer {name}"
        found = _RANGES.fullmatch(ranges)
        values = tuple(map(float, found.groups())) if found else ()
        layers[name] = Layer(f"{kind}: {facts}", values, dict(pictures))
    return layers


def _count_examples(page: Page) -> int:
    """After how many examples the pictures were made."""
    found = re.search(r"after ([\d,]+) examples", page.text("inside-title"))
    return int(found[1].replace(",", "")) if found else -1


def test_layers_have_their_kind_sizes_and_parameters(page: Page) -> None:
    """All layers in order, with filter or pool, stride, and how the parameters are counted."""
    assert {name: layer.facts for name, layer in _read(page).items()} == _FACTS


def test_ranges_are_those_of_the_layers(page: Page) -> None:
    """What follows from the kind of a layer holds for its smallest and largest activation and gradient."""
    page.pause()
    layers = _read(page)
    for layer in layers.values():
        low, high, falling, rising = layer.ranges
        assert low < high
        assert falling < rising
    assert 0 <= layers["rescaling"].ranges[0] < layers["rescaling"].ranges[1] <= 1
    for group in (1, 2):
        low, high, *_ = layers[f"conv_{group}_1_activation"].ranges
        pooled = layers[f"group_{group}_max_pooling"].ranges
        assert low == 0
        assert pooled[1] == high
    # That of the cross-entropy is softmax − one-hot: negative for the true class alone.
    falling, rising = layers["output"].ranges[2:]
    assert -1 <= falling <= -rising < 0


def test_pictures_show_every_map_and_filter(page: Page) -> None:
    """Maps are in a grid with gaps; no picture is blank; the filters of the first layer are coloured."""
    layers = _read(page)
    for name, layer in layers.items():
        assert set(layer.pictures) == (_MAPS | _FILTERS if name in ("conv_1_1", "conv_2_1") else _MAPS)
        for picture in layer.pictures:
            # The smallest value is black, the largest white.
            assert np.ptp(np.asarray(layer.decode(picture))) >= 254, (name, picture)
    # Sixteen maps in six columns and three rows, eight in four and two, units in a row.
    sizes = {name: layer.decode("activations").size for name, layer in layers.items()}
    assert sizes["conv_1_1"] == (6 * 33 - 1, 3 * 33 - 1)
    assert sizes["group_1_max_pooling"] == (6 * 17 - 1, 3 * 17 - 1)
    assert sizes["group_2_max_pooling"] == (4 * 9 - 1, 2 * 9 - 1)
    assert (sizes["dense_1"], sizes["output"]) == ((16, 1), (10, 1))
    for picture in _FILTERS:
        first, second = layers["conv_1_1"].decode(picture), layers["conv_2_1"].decode(picture)
        assert (first.mode, first.size) == ("RGB", (6 * 6 - 1, 3 * 6 - 1))
        assert (second.mode, second.size) == ("L", (4 * 6 - 1, 2 * 6 - 1))
        pixels = np.asarray(first).astype(int)
        assert (np.ptp(pixels, axis=-1) > 20).mean() > 0.2


def test_pictures_change_again_and_again_while_it_trains(page: Page) -> None:
    """All pictures and ranges are those of later examples; the pixels of the chosen image stay."""
    page.pause()
    before = _read(page)
    seen = {_count_examples(page)}
    page.train()

    def look() -> bool:
        seen.add(_count_examples(page))
        return len(seen) > _REFRESHES

    wait_for(look, lambda: f"the inside is not refreshed after {sorted(seen)}")
    after = _read(page)
    assert after["rescaling"].pictures["activations"] == before["rescaling"].pictures["activations"]
    for name, layer in after.items():
        assert layer.ranges != before[name].ranges
        for picture, address in layer.pictures.items():
            if (name, picture) != ("rescaling", "activations"):
                assert address != before[name].pictures[picture], (name, picture)


def test_another_test_image_is_chosen(page: Page) -> None:
    """The arrows go to the next test image and back; the input of the network is that image."""
    page.pause()
    seen: list[bytes] = []
    for title, arrow in (("image 0: ", "next"), ("image 1: ", "previous"), ("image 0: ", "")):
        page.wait_for_text("inside-title", title)
        wait_for(lambda: not seen or _input(page) != seen[-1], "the input stays the same")
        seen.append(_input(page))
        if arrow:
            page.driver.execute_script(
                f"document.querySelector('[aria-label=\"{arrow} test image\"]').click()"
            )
    assert seen[0] == seen[2]


def _input(page: Page) -> bytes:
    return _read(page)["rescaling"].decode("activations").tobytes()

"""The figure of effects: its bars, and that no text overlaps."""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from reglab.analysis.comparison import compare_runs
from reglab.report.figures.effects import build_effects_page, draw_effects
from reglab.report.figures.page import Page
from reglab.runs.finding import RunRecord
from tests.factorials import SETTINGS, list_cells, list_half, make_factorial

Maker = Callable[..., RunRecord]
NAMES = tuple(SETTINGS)
POOLING, DROPOUT = "max_pooling", "dropout"


def build(
    make_record: Maker,
    cells: Sequence[tuple[str, ...]],
    seeds: Sequence[int],
    accuracy: Callable[[Sequence[str], int], float],
) -> Page:
    page = build_effects_page(compare_runs(list(make_factorial(make_record, cells, seeds, accuracy))))
    assert page is not None
    return page


def find_texts(page: Page) -> Iterator[tuple[str, Bbox]]:
    """The visible texts and where they are drawn, in dots."""
    canvas = FigureCanvasAgg(page.figure)
    canvas.draw()
    for text in page.figure.findobj(Text):
        if isinstance(text, Text) and text.get_visible() and text.get_text().strip() and text.figure:
            yield text.get_text(), text.get_window_extent(canvas.get_renderer())


@pytest.mark.parametrize("seeds", [1, 3])
@pytest.mark.parametrize(
    "cells",
    [*(list_cells(NAMES[:size]) for size in range(1, 7)), list_half(NAMES[:3]), list_half(NAMES[:5])],
    ids=["1", "2", "3", "4", "5", "6", "half of 3", "half of 5"],
)
def test_no_text_is_cut_or_covered(make_record: Maker, cells: list[tuple[str, ...]], seeds: int) -> None:
    """Every text is inside the page and does not overlap another one, labels of the axes included."""
    random = np.random.default_rng(0)
    noise = {(on, seed): random.normal() / 30 for on in cells for seed in range(seeds)}
    page = build(
        make_record, cells, range(seeds), lambda on, seed: 0.4 + len(on) / 20 + noise[tuple(on), seed]
    )
    # Ticks outside the limits have labels too, which are not drawn.
    labels = [(text, box) for text, box in find_texts(page) if text.strip("−0123456789.")]
    assert len(labels) > 8
    for text, box in labels:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= page.figure.bbox.width, text
        assert box.y1 <= page.figure.bbox.height, text
    overlapping = [
        (text, other)
        for (text, box), (other, box2) in combinations(labels, 2)
        if min(box.x1, box2.x1) - max(box.x0, box2.x0) > 1 and min(box.y1, box2.y1) - max(box.y0, box2.y0) > 2
    ]
    assert overlapping == []


def test_bars_are_the_effects(make_record: Maker) -> None:
    """In points: main effects and interactions from zero, shares one after the other, and the whole gain."""

    def gain(on: Sequence[str], seed: int) -> float:
        return 0.25 + (POOLING in on) / 8 + (DROPOUT in on) * (1 + seed) / 16 + ({*NAMES[2:4]} <= {*on}) / 8

    page = build(make_record, list_cells((POOLING, DROPOUT)), (0, 1), gain)
    accuracy, gap, shares, gap_shares = page.strips[0].axes
    bars = [(patch.get_x(), patch.get_width()) for patch in accuracy.patches]
    assert bars == [(0, 18.75), (0, 15.625), (0, 6.25)]
    bars = [(patch.get_x(), patch.get_width()) for patch in shares.patches]
    assert bars == [(0, 18.75), (18.75, 15.625), (0, 34.375)]
    for left, right in ((accuracy, gap), (shares, gap_shares)):
        widths = [patch.get_width() for patch in right.patches]
        assert widths == pytest.approx([-patch.get_width() for patch in left.patches])
    labels = [label.get_text() for label in shares.get_yticklabels()]
    assert labels == ["Max pooling", "Dropout", "all together"]


def test_whiskers_are_the_intervals(make_record: Maker) -> None:
    """With two seeds, t(0.975, 1) = 12.7062; the dots are the seeds."""
    page = build(
        make_record, list_cells((POOLING,)), (0, 1), lambda on, seed: 0.25 + len(on) * (1 + seed) / 16
    )
    axes = page.strips[0].axes[0]
    whisker, dots = axes.lines[:2]
    np.testing.assert_allclose(whisker.get_xdata(), 9.375 + 3.125 * 12.7062 * np.array([-1, 1]), rtol=1e-5)
    np.testing.assert_allclose(dots.get_xdata(), [6.25, 12.5])
    assert len(page.strips[0].axes) == 2


def test_limits_are_in_the_head(make_record: Maker) -> None:
    """One seed, and what is confounded."""
    page = build(make_record, list_half(NAMES[:3]), (0,), lambda on, seed: 0.5 + len(on) / 16)
    texts = [text for text, _ in find_texts(page)]
    assert "One seed: the effects have no intervals, and nothing can be said about other seeds." in texts
    assert any(text.startswith("Confounded, so that only the sum") for text in texts)


def test_files(make_record: Maker, tmp_path: Path) -> None:
    """Two formats; nothing is written without a factorial."""
    png, svg = tmp_path / "effects.png", tmp_path / "effects.svg"
    assert not draw_effects(compare_runs([make_record("mp", 0, [0.5])]), png, svg)
    assert list(tmp_path.glob("effects.*")) == []
    records = list(make_factorial(make_record, list_cells((POOLING, DROPOUT))))
    assert draw_effects(compare_runs(records), png, svg)
    with Image.open(png) as image:
        assert image.size[0] == 1690
    assert svg.read_text().startswith("<?xml")

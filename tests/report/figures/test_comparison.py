"""The figure of a comparison: its curves, its limits, and that no text overlaps."""

from collections.abc import Callable, Iterator
from itertools import combinations
from math import floor

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from reglab.analysis.comparison import compare_runs
from reglab.analysis.value import Value
from reglab.report.figures.comparison import build_comparison
from reglab.report.figures.page import Page
from reglab.runs.finding import RunRecord

Maker = Callable[..., RunRecord]
LONG = " with a title that is far too long for any label, variant "


def make_records(make_record: Maker, experiments: int, seeds: int, title: str = " + ") -> list[RunRecord]:
    random = np.random.default_rng(0)
    return [
        make_record(
            f"x{number}",
            seed,
            (0.5 + 0.03 * number - random.random(12 - 2 * (number % 3) - seed) / 20).tolist(),
            title=f"CNN + MP + DO + BN{title}{number}",
            epochs=12,
        )
        for number in range(experiments)
        for seed in range(seeds)
    ]


def find_texts(page: Page) -> Iterator[tuple[str, Bbox]]:
    """The visible texts and where they are drawn, in dots."""
    canvas = FigureCanvasAgg(page.figure)
    canvas.draw()
    for text in page.figure.findobj(Text):
        if isinstance(text, Text) and text.get_visible() and text.get_text().strip() and text.figure:
            yield text.get_text(), text.get_window_extent(canvas.get_renderer())


@pytest.mark.parametrize(
    ("experiments", "seeds", "title"), [(1, 1, " + "), (2, 1, LONG), (6, 3, LONG), (12, 3, " + ")]
)
def test_no_text_is_cut_or_covered(make_record: Maker, experiments: int, seeds: int, title: str) -> None:
    """Every label is inside the page and does not overlap another one, axis labels included."""
    page = build_comparison(compare_runs(make_records(make_record, experiments, seeds, title)))
    labels = [(text, box) for text, box in find_texts(page) if text.strip("−0123456789.")]
    assert len(labels) > 8 * experiments
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


def test_overlaps_are_found(make_record: Maker) -> None:
    """The test above can fail: two end labels at one height overlap."""
    page = build_comparison(compare_runs(make_records(make_record, 2, 1)))
    labels = [text for text in page.strips[1].axes[0].texts if "%" in text.get_text()]
    first, second = (label.get_window_extent() for label in labels)
    assert not first.overlaps(second)
    labels[1].set_y(labels[0].get_position()[1])
    assert labels[0].get_window_extent().overlaps(labels[1].get_window_extent())


def test_panels_share_their_axes(make_record: Maker) -> None:
    """Panels have the same limits, and the longest run sets the epochs."""
    panels = build_comparison(compare_runs(make_records(make_record, 3, 1))).strips[0].axes
    assert {axes.get_ylim() for axes in panels} == {(40.0, 91.0)}
    assert {axes.get_xlim()[1] for axes in panels} == {12}


@pytest.mark.parametrize(
    ("experiments", "shape"), [(1, (1, 2)), (4, (1, 4)), (5, (2, 3)), (9, (3, 3)), (12, (3, 4))]
)
def test_panels_fill_their_rows(make_record: Maker, experiments: int, shape: tuple[int, int]) -> None:
    """At most four beside each other; a single one has half of the width."""
    panels = build_comparison(compare_runs(make_records(make_record, experiments, 1))).strips[0].axes
    assert len(panels) == experiments
    specs = [axes.get_subplotspec() for axes in panels]
    assert {spec.get_gridspec().get_geometry() for spec in specs if spec} == {shape}


def test_curves_are_the_runs(make_record: Maker) -> None:
    """Panels and overlays show percent and nats of every epoch, bars the gaps."""
    page = build_comparison(compare_runs([make_record("mp", 0, [0.25, 0.5, 0.75])]))
    panel, overlay, cross_entropy, accuracy_gap, cross_entropy_gap = (
        axes for strip in page.strips for axes in strip.axes
    )
    as_trained, clean, validation = (line.get_ydata() for line in panel.lines)
    np.testing.assert_allclose(as_trained, [80, 80, 80])
    np.testing.assert_allclose(clean, [90, 90, 90])
    np.testing.assert_allclose(validation, [25, 50, 75])
    np.testing.assert_array_equal(panel.lines[-1].get_xdata(), [1, 2, 3])
    np.testing.assert_allclose(overlay.lines[0].get_ydata(), [25, 50, 75])
    np.testing.assert_allclose(cross_entropy.lines[0].get_ydata(), [0.5, 0.5, 0.5])
    np.testing.assert_allclose(cross_entropy.lines[1].get_ydata(), [0.75, 0.75, 0.75])
    bars = [axes.patches[0].get_width() for axes in (accuracy_gap, cross_entropy_gap)]
    assert bars == pytest.approx([15, 0.25])


def test_seeds_are_thin_lines_and_dots(make_record: Maker) -> None:
    """With several seeds every seed is drawn, and thick lines are the mean."""
    records = [make_record("mp", seed, [0.25 + 0.25 * seed] * 2) for seed in (0, 1)]
    page = build_comparison(compare_runs(records))
    panel, gaps = page.strips[0].axes[0], page.strips[2].axes[0]
    validation = [floor(line.get_ydata()[0]) for line in panel.lines]
    assert validation == [90, 25, 90, 50, 80, 90, 37]
    np.testing.assert_allclose(gaps.lines[0].get_xdata(), [65, 40])


def test_notes_are_in_the_head(make_record: Maker) -> None:
    """What is not comparable is written under the title."""
    records = [make_record("mp", 0, [0.5]), make_record("bn", 0, [0.5], dataset="MNIST")]
    texts = [text for text, _ in find_texts(build_comparison(compare_runs(records)))]
    assert "Note: CNN + BN / CNN + MP differ in dataset: MNIST / CIFAR-10: not comparable." in texts


@pytest.mark.parametrize(("value", "named"), [("final", False), ("tail", True), ("best", True)])
def test_numbers_are_final(make_record: Maker, value: Value, named: bool) -> None:
    """The subtitle says so where the table has other numbers."""
    page = build_comparison(compare_runs([make_record("mp", 0, [0.5])], value=value))
    assert any("numbers are final" in text for text, _ in find_texts(page)) == named

"""The pictures: what is in them, and that nothing lies over anything else."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from PIL import Image

from reglab.analysis.comparison import compare_runs
from reglab.errors import RunError
from reglab.report import comparison_figure, run_figure
from reglab.report.canvas import Page
from reglab.report.comparison import write_comparison
from reglab.runs.finding import RunRecord
from reglab.runs.history import History

Maker = Callable[..., RunRecord]


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[Page]:
    """The pages that were drawn, instead of their files."""
    drawn: list[Page] = []
    monkeypatch.setattr(Page, "save_png", lambda page, path: drawn.append(page))
    monkeypatch.setattr(Page, "save_svg", lambda page, path: None)
    return drawn


def records(make_record: Maker, experiments: int, seeds: int) -> list[RunRecord]:
    rng = np.random.default_rng(0)
    return [
        make_record(
            f"x{number}",
            seed,
            (0.5 + 0.03 * number - rng.random(12 - 2 * (number % 3) - seed) / 20).tolist(),
            title=f"CNN + MP + DO + BN + {number}",
            epochs=12,
        )
        for number in range(experiments)
        for seed in range(seeds)
    ]


def visible_texts(page: Page) -> Mapping[Text, tuple[float, float, float, float]]:
    canvas = FigureCanvasAgg(page.figure)
    canvas.draw()
    texts = [text for text in page.figure.findobj(Text) if isinstance(text, Text)]
    return {
        text: text.get_window_extent(canvas.get_renderer()).extents
        for text in texts
        if text.get_visible() and text.get_text().strip() and text.figure is not None
    }


@pytest.mark.parametrize(("experiments", "seeds"), [(2, 1), (12, 3)])
def test_no_text_is_cut_or_covered(
    make_record: Maker, pages: list[Page], experiments: int, seeds: int
) -> None:
    """With two experiments and with twelve, every label is inside the page and clear of every other."""
    comparison = compare_runs(records(make_record, experiments, seeds))
    comparison_figure.draw_comparison(comparison, Path("a.png"), Path("a.svg"))
    (page,) = pages
    width, height = page.figure.bbox.width, page.figure.bbox.height
    boxes = visible_texts(page)
    labels = [
        (text.get_text(), box) for text, box in boxes.items() if not re.fullmatch(r"[−\d.]+", text.get_text())
    ]
    assert len(labels) > 8 * experiments
    for text, (left, bottom, right, top) in labels:
        assert left >= 0, text
        assert bottom >= 0, text
        assert right <= width, text
        assert top <= height, text
    for position, (text, (left, bottom, right, top)) in enumerate(labels):
        for other, (left2, bottom2, right2, top2) in labels[position + 1 :]:
            apart = left >= right2 - 1 or left2 >= right - 1 or bottom >= top2 - 2 or bottom2 >= top - 2
            assert apart, (text, other)


def test_panels_share_their_axes(make_record: Maker, pages: list[Page]) -> None:
    """Pairs can be compared by eye: the same limits everywhere, the longest run sets the epochs."""
    comparison = compare_runs(records(make_record, 3, 1))
    comparison_figure.draw_comparison(comparison, Path("a.png"), Path("a.svg"))
    panels = pages[0].figure.axes[:3]
    assert {axes.get_ylim() for axes in panels} == {(40.0, 91.0)}
    assert {axes.get_xlim()[1] for axes in panels} == {12}


def test_curves_are_the_runs(make_record: Maker, pages: list[Page]) -> None:
    """The last line of a panel is the validation accuracy, in percent."""
    run = make_record("mp", 0, [0.25, 0.5, 0.75])
    comparison_figure.draw_comparison(compare_runs([run]), Path("a.png"), Path("a.svg"))
    line = pages[0].figure.axes[0].lines[-1]
    np.testing.assert_allclose(line.get_ydata(), [25, 50, 75])
    np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3])


def test_files_are_written(tmp_path: Path, make_record: Maker) -> None:
    """Five files in a folder that is made for them; a title with dollars is no formula."""
    comparison = compare_runs([make_record("mp", 0, [0.5], title="$x$ & <y> costs $_")])
    paths = write_comparison(comparison, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == [
        f"comparison.{suffix}" for suffix in ("png", "svg", "md", "csv", "json")
    ]
    assert sorted(paths) == sorted((tmp_path / "new" / "folder").iterdir())
    with Image.open(paths[0]) as image:
        assert image.size[0] == 1690
    assert paths[1].read_text().startswith("<?xml")


def test_svg_is_reproducible(tmp_path: Path) -> None:
    """The same page gives the same bytes, so that committed figures do not change by themselves."""
    for name in ("one.svg", "other.svg"):
        page = Page(4, 3)
        page.add_axes(1, 1, 2, 1).plot([1, 2], [3, 4], "o")
        page.save_svg(tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()


def test_file_in_the_way_is_named(tmp_path: Path, make_record: Maker) -> None:
    """An output that is a file is refused."""
    (tmp_path / "taken").touch()
    with pytest.raises(RunError) as caught:
        write_comparison(compare_runs([make_record("mp", 0, [0.5])]), tmp_path / "taken")
    assert str(caught.value) == f"cannot create {tmp_path / 'taken'}: File exists"


def test_run_figure_names_the_gap(make_record: Maker, pages: list[Page]) -> None:
    """One run's picture says its accuracy and gap at the end in words."""
    run_figure.draw_run(make_record("mp", 0, [0.5, 0.65]))
    texts = {text.get_text() for text in visible_texts(pages[0])}
    assert {
        "CNN + MP, seed 0",
        "CIFAR-10, validation on the test set",
        "validation 65.0 %, gap 25.0 points",
        "validation 0.750, gap 0.250 nats",
    } <= texts
    assert not any("penalty (" in text for text in texts)


def test_run_figure_names_the_epoch_that_was_kept(make_record: Maker, pages: list[Page]) -> None:
    """After early stopping, the figures are those of the epoch whose weights were kept."""
    run_figure.draw_run(make_record("mp", 0, [0.65, 0.5], weights_epoch=1))
    texts = {text.get_text() for text in visible_texts(pages[0])}
    assert {"validation 65.0 %, gap 25.0 points", " kept: epoch 1"} <= texts


def test_run_figure_is_a_picture(tmp_path: Path, make_record: Maker) -> None:
    """A run of a single epoch is drawn too."""
    record = make_record("mp", 0, [0.5], folder=str(tmp_path))
    record.directory.create()
    run_figure.draw_run(record)
    with Image.open(record.directory.curves) as image:
        assert image.size == (1495, 598)


def test_penalty_has_an_axis_of_its_own(make_record: Maker, pages: list[Page]) -> None:
    """A penalty ten times the cross-entropy does not squash it."""
    record = make_record("mp", 0, [0.5, 0.65])
    assert record.history is not None
    rows = tuple(replace(row, penalty=12.0) for row in record.history.rows)
    run_figure.draw_run(replace(record, history=History(rows)))
    _, cross_entropy, penalty = pages[0].figure.axes
    assert cross_entropy.get_ylim()[1] < 2
    assert penalty.get_ylim()[1] > 12
    assert penalty.get_ylabel() == "penalty (dash-dotted)"

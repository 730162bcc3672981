"""The figure of costs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from matplotlib.container import ErrorbarContainer
from matplotlib.text import Text
from PIL import Image

from reglab.analysis.comparison import compare_runs
from reglab.analysis.value import Value
from reglab.report.figures.cost import build_cost, draw_cost
from reglab.report.figures.page import Page
from reglab.runs.finding import RunRecord
from tests.run_files import write_machine

Maker = Callable[..., RunRecord]


def make_records(make_record: Maker, experiments: int, seeds: int, title: str = "") -> list[RunRecord]:
    return [
        write_machine(
            make_record(
                f"x{number}",
                seed,
                [0.5 + 0.01 * number + 0.02 * seed],
                seconds=100.0 + 10 * number + seed,
                title=f"{title}{number}",
            )
        )
        for number in range(experiments)
        for seed in range(seeds)
    ]


def find_points(page: Page) -> list[tuple[str, float, float]]:
    """Label and position of each point, in the order of the legend."""
    (axes,) = page.strips[0].axes
    bars = [each for each in axes.containers if isinstance(each, ErrorbarContainer)]
    lines = [(str(bar.get_label()), bar.lines[0]) for bar in bars]
    return [(label, float(line.get_xdata()[0]), float(line.get_ydata()[0])) for label, line in lines]


def test_points_are_means_over_seeds(make_record: Maker) -> None:
    """Seconds and percent, the best experiment first; whiskers are the standard deviations."""
    page = build_cost(compare_runs(make_records(make_record, 2, 3)))
    assert page is not None
    points = find_points(page)
    assert [label for label, _, _ in points] == ["53.0 %  1", "52.0 %  0"]
    assert [place for _, *place in points] == [pytest.approx([111, 53]), pytest.approx([101, 52])]
    (first, _) = page.strips[0].axes[0].containers
    assert isinstance(first, ErrorbarContainer)
    (across, along) = (collection.get_segments()[0] for collection in first.lines[2])
    assert [point[0] for point in across] == pytest.approx([110, 112])
    assert [point[1] for point in along] == pytest.approx([51, 55])


def test_the_axis_names_the_value(make_record: Maker) -> None:
    """As the columns of the table do."""
    records = [write_machine(make_record(name, 0, [0.75, 0.5])) for name in ("mp", "bn")]
    labels: tuple[tuple[Value, str], ...] = (
        ("final", "validation accuracy (%)"),
        ("best", "validation accuracy, best (%)"),
    )
    for value, label in labels:
        page = build_cost(compare_runs(records, value=value))
        assert page is not None
        assert page.strips[0].axes[0].get_ylabel() == label


@pytest.mark.parametrize(
    ("baseline", "shown"), [(None, ["0", "1", "2"]), ("x3", ["3", "4"]), ("x5", ["0", "1", "2"])]
)
def test_times_of_other_machines_are_omitted(
    make_record: Maker, baseline: str | None, shown: list[str]
) -> None:
    """The machine of the baseline counts, or that of most experiments; a note names the others."""
    records = make_records(make_record, 6, 1)
    for record, host in zip(records, ("a", "a", "a", "b", "b", "c"), strict=True):
        write_machine(record, host=host)
    page = build_cost(compare_runs(records, baseline))
    assert page is not None
    assert sorted(label.split()[-1] for label, _, _ in find_points(page)) == shown
    omitted = " and ".join(str(number) for number in range(6) if str(number) not in shown)
    note = f"Note: {omitted} not shown: not known to be from the same machine."
    assert note in [text.get_text() for text in page.figure.findobj(Text) if isinstance(text, Text)]


def test_one_comparable_time_is_no_figure(make_record: Maker, tmp_path: Path) -> None:
    """With one experiment for each machine, or unknown machines, there is nothing to compare."""
    records = [write_machine(make_record(name, 0, [0.5]), host=name) for name in ("mp", "bn")]
    assert not draw_cost(compare_runs(records), tmp_path / "cost.png")
    assert not draw_cost(
        compare_runs([make_record("do", 0, [0.5]), make_record("da", 0, [0.5])]), tmp_path / "cost.png"
    )
    assert not (tmp_path / "cost.png").exists()


@pytest.mark.parametrize("experiments", [2, 12, 30])
def test_every_title_is_on_the_page(make_record: Maker, tmp_path: Path, experiments: int) -> None:
    """However many experiments there are, and however long their titles are."""
    title = "CNN + MP + DO + BN + DA, a variant with an exceptionally long title $x$ "
    comparison = compare_runs(make_records(make_record, experiments, 1, title))
    page = build_cost(comparison)
    assert page is not None
    legend = page.strips[0].axes[0].get_legend()
    assert legend is not None
    box = legend.get_window_extent()
    assert 0 <= box.x0 <= box.x1 <= page.figure.bbox.width
    assert 0 <= box.y0 <= box.y1 <= page.figure.bbox.height
    assert draw_cost(comparison, tmp_path / "cost.png")
    with Image.open(tmp_path / "cost.png") as image:
        assert image.size[0] == 1170

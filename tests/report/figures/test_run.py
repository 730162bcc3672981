"""The picture of one run."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PIL import Image

from reglab.errors import RunError
from reglab.report.figures.page import Page
from reglab.report.figures.run import build_run, draw_run
from reglab.runs.finding import RunRecord
from reglab.runs.history import History

Maker = Callable[..., RunRecord]


def find_texts(page: Page) -> set[str]:
    head = [text.get_text() for text in page.figure.subfigs[0].texts]
    titles = [axes.get_title(loc="left") for axes in page.figure.axes]
    return {*head, *titles, *(text.get_text() for axes in page.figure.axes for text in axes.texts)}


def test_final_numbers_are_written_out(make_record: Maker) -> None:
    """Accuracy, cross-entropy and their gaps at the last epoch."""
    assert find_texts(build_run(make_record("mp", 0, [0.5, 0.65]))) == {
        "CNN + MP, seed 0",
        "CIFAR-10, validation on the test set",
        "validation 65.0 %, gap 25.0 points",
        "validation 0.750, gap 0.250 nats",
    }


def test_kept_epoch_is_marked(make_record: Maker) -> None:
    """After early stopping, the numbers are those of the epoch whose weights were kept."""
    page = build_run(make_record("mp", 0, [0.65, 0.5], weights_epoch=1))
    assert {"validation 65.0 %, gap 25.0 points", " kept: epoch 1"} <= find_texts(page)
    assert [list(axes.lines[-1].get_xdata()) for axes in page.figure.axes] == [[1, 1], [1, 1]]


def test_a_single_epoch_is_drawn(make_record: Maker) -> None:
    """The file has the size of all pictures of runs; one epoch is a dot."""
    record = make_record("mp", 0, [0.5])
    draw_run(record)
    with Image.open(record.directory.curves) as image:
        assert image.size == (1495, 605)
    assert build_run(record).figure.axes[0].lines[-1].get_marker() == "."


def test_penalty_has_its_own_axis(make_record: Maker) -> None:
    """A penalty of ten times the cross-entropy does not squash it."""
    record = make_record("mp", 0, [0.5, 0.65])
    assert record.history is not None
    rows = tuple(replace(row, penalty=12.0) for row in record.history.rows)
    _, cross_entropy, penalty = build_run(replace(record, history=History(rows))).figure.axes
    assert cross_entropy.get_ylim()[1] < 2
    assert penalty.get_ylim()[1] > 12
    assert penalty.get_ylabel() == "penalty (dash-dotted)"


def test_extra_loss_is_drawn_beside_the_penalty(make_record: Maker) -> None:
    """On the same axis, which names both; a run without an extra loss has no such curve."""
    record = make_record("mp", 0, [0.5, 0.65])
    assert record.history is not None
    rows = tuple(replace(row, penalty=2.0, extra_loss=0.5) for row in record.history.rows)
    *_, terms = build_run(replace(record, history=History(rows))).figure.axes
    assert terms.get_ylabel() == "penalty (dash-dotted), extra loss (dotted)"
    assert [set(line.get_ydata()) for line in terms.lines] == [{2.0}, {0.5}]
    rows = tuple(replace(row, penalty=0.0, extra_loss=0.5) for row in record.history.rows)
    *_, terms = build_run(replace(record, history=History(rows))).figure.axes
    assert terms.get_ylabel() == "extra loss (dotted)"


def test_a_run_without_summary_is_refused(make_record: Maker) -> None:
    """Its kept epoch is not known."""
    with pytest.raises(RunError) as caught:
        build_run(replace(make_record("mp", 0, [0.5]), summary=None))
    assert str(caught.value) == "results/mp/seed-0 has no history or no summary, which its figure needs"

"""The samples of a graph."""

import csv
import io
from collections.abc import Callable
from itertools import pairwise

from reglab.live.lab.curve import MOST, Curve, write_csv
from reglab.live.messages import Sample


def test_a_curve_is_bounded_and_even(make_sample: Callable[..., Sample]) -> None:
    """Of 100,000 samples, at most 600 are kept, evenly, and the latest is the last one."""
    curve = Curve()
    for images in range(1, 100_001):
        curve.add(make_sample(images))
    kept = [sample.images for sample in curve]
    assert MOST / 2 <= len(kept) <= MOST + 1
    assert kept[-1] == 100_000
    steps = {after - before for before, after in pairwise(kept[:-1])}
    assert len(steps) <= 2
    assert max(steps) <= 2 * min(steps)


def test_a_sample_at_the_same_place_replaces(make_sample: Callable[..., Sample]) -> None:
    """Of a paused training, the latest sample is kept; the sample before the first step is no point."""
    curve = Curve()
    for sample in (make_sample(0), make_sample(100), make_sample(100, running=False)):
        curve.add(sample)
    assert [(each.images, each.running) for each in curve] == [(100, False)]


def test_a_jump_back_drops_what_followed(make_sample: Callable[..., Sample]) -> None:
    """After a snapshot is loaded, the curve continues from it."""
    curve = Curve()
    for images in (100, 200, 300, 400, 250):
        curve.add(make_sample(images))
    assert [each.images for each in curve] == [100, 200, 250]


def test_another_training_has_another_curve(make_sample: Callable[..., Sample]) -> None:
    """Also if its samples are later; one that continues in another process keeps its curve."""
    curve = Curve()
    for training, images, kept in (
        ("a", 100, [100]),
        ("a", 200, [100, 200]),
        ("b", 300, [300]),
        ("b", 400, [300, 400]),
        ("a", 200, [200]),
    ):
        curve.start(training)
        curve.add(make_sample(images))
        assert [each.images for each in curve] == kept


def test_csv(make_sample: Callable[..., Sample]) -> None:
    """One row for each sample of each network, with every number of it; what is not known is empty."""
    baseline, yours = Curve(), Curve()
    for images in (100, 200):
        baseline.add(make_sample(images))
    yours.add(make_sample(300, clean_accuracy=0.75, validation_accuracy=0.5, loss=1.25, penalty=0.1))
    text = write_csv({"baseline": baseline, "yours": yours})
    rows = list(csv.DictReader(io.StringIO(text)))
    assert set(rows[0]) == {"network", *Sample.model_fields} - {"event", "running", "complete", "until"}
    assert [(row["network"], row["images"], row["steps"]) for row in rows] == [
        ("baseline", "100", "1"),
        ("baseline", "200", "2"),
        ("yours", "300", "3"),
    ]
    assert rows[0]["clean_accuracy"] == rows[0]["loss"] == ""
    known = ("epoch", "penalty", "loss", "clean_accuracy", "validation_accuracy")
    assert [float(rows[2][name]) for name in known] == [0.3, 0.1, 1.25, 0.75, 0.5]
    assert write_csv({"yours": Curve()}).splitlines() == text.splitlines()[:1]

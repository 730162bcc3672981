"""The samples of a graph."""

from collections.abc import Callable
from itertools import pairwise

from reglab.live.lab.curve import MOST, Curve
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
    curve.clear()
    assert list(curve) == []

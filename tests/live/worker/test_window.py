"""Moving means and rolling measurements."""

import numpy as np
import pytest

from reglab.live.worker.window import MovingMeans, RollingMeasurement
from reglab.training.loop.measurement import Measurement, measure


def test_means_of_the_last_images() -> None:
    """As computed from every image, also across epochs, whose last means may come later."""
    values = np.random.default_rng(0).normal(size=1000)
    means = MovingMeans(images=150)
    for epoch in range(2):
        for end in range(50, 501, 50):
            of_epoch = values[500 * epoch : 500 * epoch + end]
            means.add(end, {"loss": of_epoch.mean()}, ends_epoch=end == 500)
            seen = 500 * epoch + end
            assert means.read()["loss"] == pytest.approx(values[max(0, seen - 150) : seen].mean(), abs=1e-12)


def test_the_same_images_twice() -> None:
    """A report after a pause adds nothing; the end of an epoch is a report of its last images."""
    means = MovingMeans(images=100)
    assert means.read() == {}
    for _ in range(2):
        means.add(50, {"loss": 1.0})
    means.add(50, {"loss": 1.0}, ends_epoch=True)
    means.add(50, {"loss": 2.0})
    assert means.read() == {"loss": 1.5}
    means.restart()
    assert means.read() == {}


def test_images_are_measured_in_turn() -> None:
    """Always the same number of images; the window has the last ones."""
    indices = np.arange(100, 107, dtype=np.int32)
    labels = np.arange(200, dtype=np.int32) % 3
    logits = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32)
    rolling = RollingMeasurement(indices, labels, part=3, window=6)
    assert rolling.read() is None
    chosen = []
    for _ in range(3):
        part = rolling.choose()
        chosen.append(part.tolist())
        rolling.add(part, logits[part])
    assert chosen == [[100, 101, 102], [103, 104, 105], [106, 100, 101]]
    last = np.array(chosen[1] + chosen[2])
    assert rolling.read() == measure(logits[last], labels[last])
    rolling.restart()
    assert rolling.read() is None


def test_few_images() -> None:
    """A part has no image twice."""
    rolling = RollingMeasurement(np.arange(2, dtype=np.int32), np.zeros(2, np.int32), part=50, window=1000)
    assert rolling.choose().tolist() == [0, 1]


def test_all_images_replace_what_was_measured_before() -> None:
    """Their result holds until enough images are measured after it."""
    labels = np.zeros(8, np.int32)
    logits = np.random.default_rng(0).normal(size=(8, 2)).astype(np.float32)
    rolling = RollingMeasurement(np.arange(8, dtype=np.int32), labels, part=2, window=6, fewest=4)

    def measure_part() -> list[int]:
        part = rolling.choose()
        rolling.add(part, logits[part])
        return [int(index) for index in part]

    measure_part()
    assert (rolling.is_full, rolling.read() is not None) == (False, True)
    whole = Measurement(0.75, 0.5)
    rolling.replace(whole)
    first = measure_part()
    assert rolling.read() == whole
    second = measure_part()
    images = np.array(first + second)
    assert (rolling.is_full, rolling.read()) == (True, measure(logits[images], labels[images]))
    rolling.restart()
    assert rolling.read() is None

"""Accuracy and cross-entropy against SciPy and NumPy."""

import numpy as np
import pytest
from scipy.special import logsumexp, softmax

from reglab.training.loop.measurement import Measurement, measure, predict_logits, to_probabilities

LOGITS = np.random.default_rng(0).normal(0, 5, (50, 10)).astype(np.float32)
LABELS = np.random.default_rng(1).integers(0, 10, 50).astype(np.int32)


def test_cross_entropy_is_the_mean_of_log_probabilities() -> None:
    """−log of the softmax at the label; accuracy is the share of largest logits at the label."""
    wide = LOGITS.astype(np.float64)
    expected = np.mean(logsumexp(wide, axis=1) - wide[np.arange(50), LABELS])
    got = measure(LOGITS, LABELS)
    assert got.cross_entropy == pytest.approx(expected, rel=1e-12)
    assert got.accuracy == np.mean([row.argmax() == label for row, label in zip(LOGITS, LABELS, strict=True)])


def test_even_logits_have_the_entropy_of_a_die() -> None:
    """Log 4 for four classes, and the first class wins."""
    got = measure(np.zeros((8, 4), np.float32), np.arange(8, dtype=np.int32) % 4)
    assert got == Measurement(accuracy=0.25, cross_entropy=pytest.approx(np.log(4), rel=1e-15))


def test_large_logits_do_not_overflow() -> None:
    """A certain and wrong prediction costs the difference of its logits."""
    got = measure(np.array([[1e4, 0.0]], np.float32), np.array([1], np.int32))
    assert got == Measurement(accuracy=0.0, cross_entropy=1e4)


def test_probabilities_are_softmax() -> None:
    """SciPy's, in float32, and they add up to one."""
    got = to_probabilities(LOGITS)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, softmax(LOGITS.astype(np.float64), axis=1), rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(got.sum(axis=1), 1, rtol=1e-6)


class _Model:
    """Gives what it is asked for, and notes the batch size."""

    batch_size = 0

    def feed_unmixed(self, indices: np.ndarray) -> np.ndarray:
        return indices

    def predict(self, indices: np.ndarray, batch_size: int, verbose: int) -> np.ndarray:
        self.batch_size = batch_size
        return np.stack([indices, -indices], axis=1).astype(np.float64)


@pytest.mark.parametrize(("count", "batch_size"), [(7, 7), (500, 500), (1201, 500)])
def test_logits_come_in_order_and_in_batches_that_fit(count: int, batch_size: int) -> None:
    """One row an index, float32; batches no larger than there are images."""
    model = _Model()
    indices = np.arange(count, dtype=np.int32)[::-1].copy()
    got = predict_logits(model, indices)
    assert (got.dtype, model.batch_size) == (np.float32, batch_size)
    np.testing.assert_array_equal(got[:, 0], indices)

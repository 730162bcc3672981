"""Label smoothing: the loss's numbers."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
from pydantic import ValidationError
from scipy.special import log_softmax, softmax

from reglab.config.setup import Setup
from reglab.regularizers.label_smoothing import LabelSmoothing


@pytest.mark.parametrize("from_logits", [True, False])
def test_loss_is_cross_entropy_with_smoothed_targets(from_logits: bool) -> None:
    """−Σ t′ log p with t′ = (1 − α) t + α / K, of logits or probabilities like the previous loss."""
    random = np.random.default_rng(0)
    logits = random.normal(size=(5, 4)).astype("float32")
    targets = np.eye(4, dtype="float32")[random.integers(0, 4, 5)]
    plain = keras.losses.CategoricalCrossentropy(from_logits=from_logits)
    loss = LabelSmoothing(amount=0.2).change_loss(plain)
    smoothed = 0.8 * targets + 0.2 / 4
    expected = -(smoothed * log_softmax(logits, axis=1)).sum(axis=1).mean()
    given = logits if from_logits else softmax(logits, axis=1)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(loss(targets, given)), expected, rtol=1e-5)


@pytest.mark.parametrize("amount", [0, 1, -0.1, 1.5])
def test_amounts_out_of_bounds_are_rejected(amount: float) -> None:
    """Amounts in (0, 1)."""
    with pytest.raises(ValidationError):
        LabelSmoothing(amount=amount)


def test_large_amounts_are_advised_against(make_setup: Callable[..., Setup]) -> None:
    """Amounts up to 0.3 have no advice."""
    assert list(LabelSmoothing(amount=0.3).advice(make_setup())) == []
    assert [str(advice) for advice in LabelSmoothing(amount=0.5).advice(make_setup())] == [
        "label smoothing 0.5 is strong: 0.1 is the usual amount "
        "(Müller, Kornblith and Hinton, When Does Label Smoothing Help?, 2019)"
    ]

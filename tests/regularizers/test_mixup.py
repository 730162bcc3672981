"""Mixup: the shares, their distribution, bounds, advice and conflicts."""

from collections.abc import Callable

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import beta, kstest

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.mixup import Mixup


def test_a_batch_has_one_share() -> None:
    """For all images and pixels, a Beta draw of the given generator."""
    shares = Mixup(alpha=0.4).share_pixels(np.random.default_rng(5), 7, 32, 32)
    assert (shares.dtype, shares.shape) == (np.float32, (7, 1, 1))
    np.testing.assert_array_equal(shares, np.float32(np.random.default_rng(5).beta(0.4, 0.4)))


@pytest.mark.parametrize("alpha", [0.2, 1.0, 3.0])
def test_shares_have_the_distribution_of_the_paper(alpha: float) -> None:
    """Beta(α, α): a Kolmogorov-Smirnov test on 2,000 batches."""
    random = np.random.default_rng(0)
    shares = [Mixup(alpha=alpha).share_pixels(random, 1, 8, 8).item() for _ in range(2000)]
    assert kstest(shares, beta(alpha, alpha).cdf).pvalue > 0.01


@pytest.mark.parametrize("alpha", [0, -1, 101])
def test_alpha_out_of_bounds_is_rejected(alpha: float) -> None:
    """Above 0, at most 100."""
    with pytest.raises(ValidationError):
        Mixup(alpha=alpha)


def test_strong_mixing_and_double_smoothing_are_advised_against(make_setup: Callable[..., Setup]) -> None:
    """Alpha above 1, and label smoothing."""
    assert list(Mixup().advice(make_setup())) == []
    setup = make_setup(regularizers=("mixup", "label_smoothing"))
    assert [str(advice) for advice in Mixup(alpha=2).advice(setup)] == [
        "mixup with alpha 2 is strong: large values cause underfitting "
        "(Zhang et al., mixup: Beyond Empirical Risk Minimization, 2018)",
        "mixup also smooths the labels, so label_smoothing smooths them a second time "
        "(Carratino, Cissé, Jenatton and Vert, On Mixup Regularization, 2022)",
    ]


def test_batches_of_one_image_are_a_conflict(make_setup: Callable[..., Setup]) -> None:
    """A batch of one has no other image to mix with; a batch of two has one."""
    assert list(Mixup().conflicts(make_setup(training={"batch_size": 2}))) == []
    assert list(Mixup().conflicts(make_setup(training={"batch_size": 1}))) == [
        Conflict(
            "",
            "mixup has no effect with training.batch_size 1, since a batch has no other image; "
            "set batch_size to 2 or more or remove mixup",
        )
    ]

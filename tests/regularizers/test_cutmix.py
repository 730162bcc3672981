"""CutMix: the box, its size and position, how often it is cut, bounds, advice and conflicts."""

from collections.abc import Callable

import numpy as np
import pytest
from pydantic import ValidationError

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.cutmix import CutMix


def draw_shares(count: int, height: int, width: int, **settings: float) -> np.ndarray:
    """The first image's shares of several batches."""
    random = np.random.default_rng(0)
    technique = CutMix.model_validate(settings)
    return np.stack([technique.share_pixels(random, 2, height, width)[0] for _ in range(count)])


def test_a_batch_has_one_box() -> None:
    """0 inside a rectangle, the same in every image, and 1 outside."""
    random = np.random.default_rng(0)
    for _ in range(200):
        shares = CutMix().share_pixels(random, 3, 12, 20)
        assert (shares.dtype, shares.shape) == (np.float32, (3, 12, 20))
        assert (shares == shares[0]).all()
        cut = shares[0] == 0
        assert (shares[0][~cut] == 1).all()
        np.testing.assert_array_equal(cut, np.outer(cut.any(axis=1), cut.any(axis=0)))
        for axis in (0, 1):
            # A span without gaps changes at most twice.
            assert np.abs(np.diff(cut.any(axis=axis).astype(int))).sum() <= 2


def test_box_follows_the_papers_formula() -> None:
    """Sides H √(1 − λ) and W √(1 − λ) about a uniform centre, cut off at the edges, for the same draws."""
    ours, theirs = np.random.default_rng(3), np.random.default_rng(3)
    for _ in range(200):
        got = CutMix(alpha=0.7).share_pixels(ours, 1, 10, 30)[0]
        share, _ = theirs.beta(0.7, 0.7), theirs.random()
        kept = np.ones((10, 30))
        spans = []
        for side in (10, 30):
            length, centre = int(side * (1 - share) ** 0.5), int(theirs.integers(side))
            spans.append([pixel for pixel in range(side) if 0 <= pixel - (centre - length // 2) < length])
        kept[np.ix_(*spans)] = 0
        np.testing.assert_array_equal(got, kept)


def test_every_pixel_can_be_cut() -> None:
    """Also those in the corners, and less often than those in the middle."""
    cut = 1 - draw_shares(4000, 8, 8).mean(axis=0)
    assert cut.min() > 0.05
    assert cut[0, 0] < cut[4, 4]


def test_probability_is_the_fraction_of_mixed_batches() -> None:
    """Of 2,000 batches, within four deviations; a box may be smaller than a pixel."""
    mixed = draw_shares(2000, 32, 32, probability=0.3).min(axis=(1, 2)) == 0
    always = draw_shares(2000, 32, 32).min(axis=(1, 2)) == 0
    assert always.mean() > 0.99
    assert abs(mixed.mean() / always.mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / 2000)


@pytest.mark.parametrize("settings", [{"alpha": 0}, {"probability": 0}, {"probability": 1.1}])
def test_values_out_of_bounds_are_rejected(settings: dict[str, float]) -> None:
    """Alpha above 0, probability in (0, 1]."""
    with pytest.raises(ValidationError):
        CutMix.model_validate(settings)


def test_cutmix_with_mixup_is_advised_against(make_setup: Callable[..., Setup]) -> None:
    """CutMix alone has no advice."""
    assert list(CutMix().advice(make_setup())) == []
    assert [str(advice) for advice in CutMix().advice(make_setup(regularizers=("mixup", "cutmix")))] == [
        "cutmix and mixup mix the same images, and each pixel keeps the product of both shares; "
        "usually only one of them mixes a batch (Wightman, Touvron and Jégou, ResNet strikes back, 2021)"
    ]


def test_batches_of_one_image_are_a_conflict(make_setup: Callable[..., Setup]) -> None:
    """A batch of one has no other image to mix with; a batch of two has one."""
    assert list(CutMix().conflicts(make_setup(training={"batch_size": 2}))) == []
    assert list(CutMix().conflicts(make_setup(training={"batch_size": 1}))) == [
        Conflict(
            "",
            "cutmix has no effect with training.batch_size 1, since a batch has no other image; "
            "set batch_size to 2 or more or remove cutmix",
        )
    ]

"""Augmented training images, for looking at."""

from collections.abc import Callable

import numpy as np

from reglab.experiment import Experiment
from reglab.inference.augmented import augment_images

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), dtype=np.uint8)


def test_versions_differ(make_experiment: Callable[..., Experiment]) -> None:
    """All are uint8, of the shape of the image, each with its own random numbers."""
    experiment = make_experiment(regularizers={"augmentation": {"rotation": 45.0}})
    got = augment_images(experiment, IMAGES, versions=4)
    assert (got.shape, got.dtype) == ((3, 4, 8, 8, 3), np.uint8)
    for image, versions in zip(IMAGES, got, strict=True):
        assert len(np.unique(versions.reshape(4, -1), axis=0)) == 4
        assert (versions != image).any(axis=(1, 2, 3)).all()


def test_every_technique_on_the_input_is_visible(make_experiment: Callable[..., Experiment]) -> None:
    """Noise is rounded and clipped to pixels; grey rectangles cover a part of each version."""
    regularizers = {
        "random_erasing": {"probability": 1.0, "fill": "grey"},
        "gaussian_noise": {"stddev": 0.01},
    }
    black = np.zeros((2, 8, 8, 3), np.uint8)
    got = augment_images(make_experiment(regularizers=regularizers), black, versions=2)
    covered = (got > 100).mean(axis=(2, 3, 4))
    assert ((covered > 0) & (covered < 1)).all()
    assert ((got > 0) & (got < 20)).any()


def test_without_techniques_images_stay(make_experiment: Callable[..., Experiment]) -> None:
    """All versions are the original."""
    got = augment_images(make_experiment(), IMAGES, versions=2)
    np.testing.assert_array_equal(got, np.stack([IMAGES, IMAGES], axis=1))


def test_equal_seeds_give_equal_versions(make_experiment: Callable[..., Experiment]) -> None:
    """So that a preview can be repeated."""
    experiment = make_experiment(regularizers={"augmentation": {}})
    one, other = (augment_images(experiment, IMAGES, versions=2) for _ in range(2))
    np.testing.assert_array_equal(one, other)

"""The real CIFAR-10, if REGLAB_TEST_DATA is a directory that has it."""

import os
from pathlib import Path

import numpy as np
import pytest

from reglab.config.data import Data
from reglab.data.loading import load_dataset

DIRECTORY = Path(os.environ.get("REGLAB_TEST_DATA", "."))
BINARY, PICTURES = DIRECTORY / "cifar-10-batches-bin", DIRECTORY / "cifar10-images"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        "REGLAB_TEST_DATA" not in os.environ,
        reason="REGLAB_TEST_DATA is not set to a directory with cifar-10-batches-bin and cifar10-images",
    ),
]


def test_pictures_are_the_official_images() -> None:
    """Labels and order are official, and every picture is similar to its original."""
    official, pictures = load_dataset(Data(), BINARY), load_dataset(Data(), PICTURES)
    assert official.title.startswith("CIFAR-10")
    assert pictures.title == "CIFAR-10 (JPEG copy)"
    assert pictures.train_images.shape == (50_000, 32, 32, 3)
    np.testing.assert_array_equal(np.bincount(pictures.train_labels), np.full(10, 5000))
    np.testing.assert_array_equal(np.bincount(pictures.test_labels), np.full(10, 1000))
    # The official files may hold only the first records of each batch of 10,000.
    batch = len(official.train_labels) // 5
    train = np.concatenate([np.arange(batch) + 10_000 * number for number in range(5)])
    test = np.arange(len(official.test_labels))
    np.testing.assert_array_equal(pictures.train_labels[train], official.train_labels)
    np.testing.assert_array_equal(pictures.test_labels[test], official.test_labels)
    assert worst_psnr(pictures.train_images[train], official.train_images) > 23
    assert worst_psnr(pictures.test_images[test], official.test_images) > 23


def worst_psnr(copies: np.ndarray, originals: np.ndarray) -> float:
    """The smallest peak signal-to-noise ratio among the images, decibels."""
    errors = (copies.astype(np.float32) - originals) ** 2
    return float(10 * np.log10(255**2 / errors.mean(axis=(1, 2, 3)).max()))

"""A data set checks itself."""

from typing import Any

import numpy as np
import pytest

from reglab.data.dataset import Dataset
from reglab.errors import DataError

IMAGES = np.zeros((4, 8, 8, 3), np.uint8)
LABELS = np.array([0, 1, 0, 1], np.int32)


def build(**changes: Any) -> Dataset:
    fields: dict[str, Any] = {
        "name": "folder",
        "title": "mine",
        "classes": ("a", "b"),
        "train_images": IMAGES,
        "train_labels": LABELS,
        "test_images": IMAGES,
        "test_labels": LABELS,
        "source": "here",
    }
    return Dataset(**fields | changes)


def test_a_sound_data_set_passes() -> None:
    """What fits together is taken as it is, without a copy."""
    assert build().train_images is IMAGES


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"train_images": IMAGES.astype(np.float32)},
            "here: expected training images as an (n, h, w, c) array of uint8, got 4×8×8×3 of float32",
        ),
        (
            {"test_images": IMAGES[..., 0]},
            "here: expected test images as an (n, h, w, c) array of uint8, got 4×8×8 of uint8",
        ),
        (
            {"test_labels": LABELS.astype(np.int64)},
            "here: expected test labels as an (n,) array of int32, got 4 of int64",
        ),
        (
            {"train_labels": LABELS[:3]},
            "here: expected one label for each of 4 training images, got 3 labels",
        ),
        (
            {"test_images": IMAGES[:0], "test_labels": LABELS[:0]},
            "here: expected test images, found none",
        ),
        (
            {"train_labels": np.array([0, 1, 2, 1], np.int32)},
            "here: training labels: expected labels from 0 to 1, got 2 for image 2",
        ),
        (
            {"test_labels": np.array([0, -1, 0, 1], np.int32)},
            "here: test labels: expected labels from 0 to 1, got -1 for image 1",
        ),
        (
            {"test_images": IMAGES[:, :4]},
            "here: expected training and test images of one shape, got 8×8×3 and 4×8×3",
        ),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, Any], message: str) -> None:
    """Types, shapes, counts and labels: each is told with what came instead."""
    with pytest.raises(DataError) as caught:
        build(**changes)
    assert str(caught.value) == message

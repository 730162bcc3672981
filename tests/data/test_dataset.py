"""A data set checks itself when it is created."""

from typing import Any

import numpy as np
import pytest

from reglab.data.dataset import Dataset
from reglab.errors import DataError

IMAGES = np.arange(7 * 8 * 8 * 3, dtype=np.uint32).astype(np.uint8).reshape(7, 8, 8, 3)
LABELS = np.array([0, 1, 0, 1, 0, 1, 1], np.int32)


def build(**changes: Any) -> Dataset:
    fields: dict[str, Any] = {"images": IMAGES, "labels": LABELS, "train_count": 4} | changes
    return Dataset(name="folder", title="mine", classes=("a", "b"), source="here", **fields)


def test_parts_are_views_into_one_array() -> None:
    """Training images first, then test images; nothing is copied."""
    dataset = build()
    assert dataset.images is IMAGES
    for part, expected in ((dataset.train_images, IMAGES[:4]), (dataset.test_images, IMAGES[4:])):
        np.testing.assert_array_equal(part, expected)
        assert np.shares_memory(part, IMAGES)
    np.testing.assert_array_equal(dataset.train_labels, [0, 1, 0, 1])
    np.testing.assert_array_equal(dataset.test_labels, [0, 1, 1])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"images": IMAGES.astype(np.float32)},
            "here: expected images as an (n, h, w, c) array of uint8, got 7×8×8×3 of float32",
        ),
        (
            {"images": IMAGES[..., 0]},
            "here: expected images as an (n, h, w, c) array of uint8, got 7×8×8 of uint8",
        ),
        (
            {"labels": LABELS.astype(np.int64)},
            "here: expected labels as an (n,) array of int32, got 7 of int64",
        ),
        ({"labels": LABELS[:3]}, "here: expected one label for each of 7 images, got 3 labels"),
        ({"train_count": 7}, "here: expected training and test images, got 7 and 0"),
        ({"train_count": 0}, "here: expected training and test images, got 0 and 7"),
        ({"labels": LABELS + np.int32(1)}, "here: expected labels from 0 to 1, got 2 for image 1"),
        ({"labels": LABELS - np.int32(1)}, "here: expected labels from 0 to 1, got -1 for image 0"),
    ],
)
def test_an_inconsistent_data_set_is_refused(changes: dict[str, Any], message: str) -> None:
    """Types, shapes, counts and labels are checked."""
    with pytest.raises(DataError) as caught:
        build(**changes)
    assert str(caught.value) == message

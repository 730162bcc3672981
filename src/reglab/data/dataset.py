"""A data set in memory: one array of images, their labels, and the class names."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reglab.errors import DataError

Images = NDArray[np.uint8]
Labels = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images and labels for training and for testing, checked when it is created.

    All images are in one array: first the training images in their official order, then the test images, then
    the images of val/, which only a `folder` may have.
    An index into this array identifies an image everywhere in reglab. For CIFAR-10, index 12,345 is
    record 2,345 of data_batch_2, and index 50,000 is record 0 of test_batch.

    Attributes:
        name: the data set's key in an experiment, such as `cifar10`.
        title: name in figures, such as `CIFAR-10 (JPEG copy)`.
        classes: class names, in label order.
        images: (n, h, w, c) uint8, training images first.
        labels: (n,) int32, indices into `classes`.
        train_count: number of training images.
        source: where the data set was found, for messages.
        val_count: number of images of val/.

    Raises:
        DataError: a part is empty, there are fewer than two classes, or shapes, types, counts or labels do
            not fit together.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    images: Images
    labels: Labels
    train_count: int
    source: str
    val_count: int = 0

    def __post_init__(self) -> None:
        if self.images.dtype != np.uint8 or self.images.ndim != 4:
            raise DataError(
                f"{self.source}: expected images as an (n, h, w, c) array of uint8, "
                f"got {_shape(self.images.shape)} of {self.images.dtype}"
            )
        if self.labels.dtype != np.int32 or self.labels.ndim != 1:
            raise DataError(
                f"{self.source}: expected labels as an (n,) array of int32, "
                f"got {_shape(self.labels.shape)} of {self.labels.dtype}"
            )
        total = len(self.images)
        if len(self.labels) != total:
            raise DataError(
                f"{self.source}: expected one label for each of {total} images, got {len(self.labels)} labels"
            )
        test_count = total - self.train_count - self.val_count
        if min(self.train_count, test_count) <= 0:
            raise DataError(
                f"{self.source}: expected training and test images, got {self.train_count} and {test_count}"
            )
        if len(self.classes) < 2:
            raise DataError(
                f"{self.source}: expected at least two classes, got {', '.join(self.classes) or 'none'}"
            )
        check_label_range(self.labels, len(self.classes), self.source)

    @property
    def train_images(self) -> Images:
        """The training images, a view into `images`."""
        return self.images[: self.train_count]

    @property
    def train_labels(self) -> Labels:
        """The labels of the training images, a view into `labels`."""
        return self.labels[: self.train_count]

    @property
    def test_images(self) -> Images:
        """The test images, a view into `images`."""
        return self.images[self.train_count : len(self.images) - self.val_count]

    @property
    def test_labels(self) -> Labels:
        """The labels of the test images, a view into `labels`."""
        return self.labels[self.train_count : len(self.labels) - self.val_count]


def check_label_range(labels: NDArray[np.integer], classes: int, where: str) -> None:
    """Checks that every label is in [0, classes).

    Raises:
        DataError: a label is not; the message names the first one and its image, counted from 0.
    """
    wrong = np.flatnonzero((labels < 0) | (labels >= classes))
    if len(wrong):
        raise DataError(
            f"{where}: expected labels from 0 to {classes - 1}, got {labels[wrong[0]]} for image {wrong[0]}"
        )


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(str(side) for side in shape) or "a single value"

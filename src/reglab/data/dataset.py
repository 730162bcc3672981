"""A data set in memory: images, labels, class names, and where they were found."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reglab.errors import DataError

Images = NDArray[np.uint8]
Labels = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images and labels for training and for testing, checked when it is made.

    Attributes:
        name: the data set's key in an experiment, as `cifar10`.
        title: what figures call it, as `CIFAR-10 (JPEG copy)`.
        classes: class names, in label order.
        train_images: (n, h, w, c) uint8.
        train_labels: (n,) int32, indices into `classes`.
        test_images: (m, h, w, c) uint8.
        test_labels: (m,) int32.
        source: where it was found, for people.

    Raises:
        DataError: a part is empty, or shapes, types, counts or labels do not fit together.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    train_images: Images
    train_labels: Labels
    test_images: Images
    test_labels: Labels
    source: str

    def __post_init__(self) -> None:
        self._check_part("training", self.train_images, self.train_labels)
        self._check_part("test", self.test_images, self.test_labels)
        train, test = self.train_images.shape[1:], self.test_images.shape[1:]
        if train != test:
            raise DataError(
                f"{self.source}: expected training and test images of one shape, "
                f"got {_shape(train)} and {_shape(test)}"
            )

    def _check_part(self, part: str, images: Images, labels: Labels) -> None:
        if images.dtype != np.uint8 or images.ndim != 4:
            raise DataError(
                f"{self.source}: expected {part} images as an (n, h, w, c) array of uint8, "
                f"got {_shape(images.shape)} of {images.dtype}"
            )
        if labels.dtype != np.int32 or labels.ndim != 1:
            raise DataError(
                f"{self.source}: expected {part} labels as an (n,) array of int32, "
                f"got {_shape(labels.shape)} of {labels.dtype}"
            )
        if len(images) != len(labels):
            raise DataError(
                f"{self.source}: expected one label for each of {len(images)} {part} images, "
                f"got {len(labels)} labels"
            )
        if not len(images):
            raise DataError(f"{self.source}: expected {part} images, found none")
        check_label_range(labels, len(self.classes), f"{self.source}: {part} labels")


def check_label_range(labels: NDArray[np.integer], classes: int, where: str) -> None:
    """Sees that every label is one of `classes` classes.

    Raises:
        DataError: one is not; the first of them is named, counted from 0.
    """
    wrong = np.flatnonzero((labels < 0) | (labels >= classes))
    if len(wrong):
        raise DataError(
            f"{where}: expected labels from 0 to {classes - 1}, got {labels[wrong[0]]} for image {wrong[0]}"
        )


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(str(side) for side in shape) or "a single value"

"""Which classes a network predicts for the images of each class."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Confusion:
    """A confusion matrix.

    Attributes:
        classes: names, in label order.
        counts: `(classes, classes)` int64; rows are true classes, columns are predicted ones.
    """

    classes: tuple[str, ...]
    counts: NDArray[np.int64]

    @property
    def images(self) -> tuple[int, ...]:
        """Number of images of each class."""
        return tuple(int(count) for count in self.counts.sum(axis=1))

    @property
    def accuracies(self) -> tuple[float | None, ...]:
        """Fraction of the images of each class that are predicted correctly; None without images."""
        pairs = zip(self.counts.diagonal(), self.images, strict=True)
        return tuple(int(correct) / images if images else None for correct, images in pairs)

    def find_mistake(self, label: int) -> tuple[int, float] | None:
        """The class that is most often predicted for a class instead of it.

        Args:
            label: of the true class.

        Returns:
            Its label, the lower one of two that are equally frequent, and its fraction of the images of the
            true class; None if no image is predicted wrongly.
        """
        wrong = self.counts[label].copy()
        wrong[label] = 0
        if not wrong.any():
            return None
        other = int(wrong.argmax())
        return other, int(wrong[other]) / self.images[label]


def count_confusion(
    classes: tuple[str, ...], labels: NDArray[np.int32], predicted: NDArray[np.int64]
) -> Confusion:
    """Counts the pairs of true and predicted labels, both `(n,)`."""
    number = len(classes)
    pairs = labels.astype(np.int64) * number + predicted
    return Confusion(classes, np.bincount(pairs, minlength=number * number).reshape(number, number))

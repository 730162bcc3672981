"""Moving means of what a session reports, and of measurements on a few images at a time."""

from collections import deque
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from reglab.training.loop.measurement import Measurement, measure


class MovingMeans:
    """Means over the last images, computed from the running means of epochs.

    Keras reports means since the start of an epoch. The sum of the last images is the difference of two
    sums.

    Args:
        images: number of images in the window, at least.
    """

    def __init__(self, images: int) -> None:
        self._images = images
        self._points: deque[tuple[int, dict[str, float]]] = deque([(0, {})])
        # Images and sums of the epochs before the current one.
        self._before: tuple[int, dict[str, float]] = (0, {})

    def add(self, images: int, means: Mapping[str, float], ends_epoch: bool = False) -> None:
        """Adds running means of the current epoch.

        Args:
            images: images of the epoch so far; has no effect if not more than before.
            means: their means, by name.
            ends_epoch: whether the next ones are of the next epoch.
        """
        start, sums = self._before
        point = start + images, {name: sums.get(name, 0.0) + images * mean for name, mean in means.items()}
        if point[0] > self._points[-1][0]:
            self._points.append(point)
        if ends_epoch:
            self._before = point
        # The last point outside of the window is the start of the window.
        while len(self._points) > 2 and self._points[1][0] <= point[0] - self._images:
            self._points.popleft()

    def read(self) -> dict[str, float]:
        """The means over the window, by name; empty before the first images."""
        (start, before), (end, sums) = self._points[0], self._points[-1]
        return {name: (total - before.get(name, 0.0)) / (end - start) for name, total in sums.items()}

    def restart(self) -> None:
        """Discards everything, as after a jump to another state of the training."""
        self._points = deque([(0, {})])
        self._before = (0, {})


class RollingMeasurement:
    """Accuracy and cross-entropy on images that are measured in turn, a few at a time.

    The end of an epoch measures all images, which replaces what was measured before. Its result holds until
    enough images are measured after it.

    Args:
        indices: `(n,)` indices of the images, in the order in which they are measured.
        labels: `(images,)` labels of all images of the data set.
        part: number of images that are measured at a time; at most n.
        window: number of images in the mean; at most n.
        fewest: number of images whose mean replaces the result on all images.
    """

    def __init__(
        self,
        indices: NDArray[np.int32],
        labels: NDArray[np.int32],
        part: int,
        window: int,
        fewest: int = 0,
    ) -> None:
        self._part = min(part, len(indices))
        self._indices, self._labels = indices, labels
        self._next = 0
        self._fewest = min(fewest, len(indices))
        self._whole: Measurement | None = None
        self._measured: deque[tuple[NDArray[np.int32], NDArray[np.float32]]] = deque(
            maxlen=max(1, min(window, len(indices)) // self._part)
        )

    def choose(self) -> NDArray[np.int32]:
        """The images to be measured now, always the same number."""
        places = np.arange(self._next, self._next + self._part) % len(self._indices)
        self._next = int(places[-1] + 1) % len(self._indices)
        return self._indices[places]

    def add(self, indices: NDArray[np.int32], logits: NDArray[np.float32]) -> None:
        """Adds the logits `(part, classes)` of the chosen images."""
        self._measured.append((self._labels[indices], logits))

    @property
    def is_full(self) -> bool:
        """Whether enough images are measured."""
        return len(self._measured) * self._part >= self._fewest

    def replace(self, whole: Measurement) -> None:
        """Takes the result on all images instead of what was measured before."""
        self._measured.clear()
        self._whole = whole

    def read(self) -> Measurement | None:
        """Over the last images, or of all images if few were measured since; None before the first."""
        if self._whole is not None and not self.is_full:
            return self._whole
        if not self._measured:
            return None
        labels, logits = zip(*self._measured, strict=True)
        return measure(np.concatenate(logits), np.concatenate(labels))

    def restart(self) -> None:
        """Discards the measurements, as after a jump to another network."""
        self._measured.clear()
        self._whole = None

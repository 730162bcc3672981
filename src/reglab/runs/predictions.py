"""Which validation images a run classified correctly, from its `predictions.npz`."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reglab.archives import ArchiveError, read_arrays
from reglab.errors import RunError
from reglab.files import refused


@dataclass(frozen=True, eq=False)
class Correctness:
    """Which images are classified correctly.

    Attributes:
        indices: the images, by their number in the data set, ascending; `(n,)` int64.
        correct: `(n,)` bool.
    """

    indices: NDArray[np.int64]
    correct: NDArray[np.bool_]


def read_correctness(path: Path) -> Correctness:
    """Reads a run's `predictions.npz`.

    Raises:
        RunError: the file is missing or damaged, or its arrays do not fit together.
    """
    names = ("validation_probabilities", "validation_labels", "validation_indices")
    try:
        arrays = read_arrays(path, names)
    except OSError as error:
        raise refused("read", path, error) from error
    except ArchiveError as error:
        raise RunError(f"cannot read {path}: {error}") from error
    probabilities, labels, indices = (arrays[name] for name in names)
    if probabilities.ndim != 2 or not (len(probabilities),) == labels.shape == indices.shape:
        shapes = ", ".join(f"{name} {arrays[name].shape}" for name in names)
        raise RunError(f"cannot read {path}: expected arrays of the same images, found {shapes}")
    correct = probabilities.argmax(axis=1) == labels
    order = np.argsort(indices, kind="stable")
    return Correctness(indices[order].astype(np.int64), correct[order])

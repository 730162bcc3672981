"""What a contestant says at its end, and the images that each of them reads."""

import json
import resource
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reglab.config.data import Data
from reglab.data.loading import load_dataset


def load_training_images(directory: Path, count: int) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """The first `count` training images of CIFAR-10 `(count, 32, 32, 3)`, and their labels `(count,)`."""
    dataset = load_dataset(Data(), directory)
    return dataset.train_images[:count], dataset.train_labels[:count]


def report(images_per_second: float, environment: Mapping[str, object] | None = None, **more: float) -> None:
    """Prints the line that the benchmark reads; memory is the process's peak, in MB.

    Args:
        images_per_second: while training.
        environment: what it was computed with, as in a run's `environment.json`; None: not recorded.
        more: figures, by name.
    """
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts kilobytes, macOS bytes.
    megabytes = peak / (1e6 if sys.platform == "darwin" else 1e3)
    figures = {"images_per_second": images_per_second, "megabytes": megabytes, **more}
    print(json.dumps({"figures": figures, "environment": environment}))

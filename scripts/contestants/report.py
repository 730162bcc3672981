"""Loads the training images for contestants and prints their results."""

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
    """Load the first `count` training images of CIFAR-10 `(count, 32, 32, 3)` and labels `(count,)`."""
    dataset = load_dataset(Data(), directory)
    return dataset.train_images[:count], dataset.train_labels[:count]


def report(images_per_second: float, environment: Mapping[str, object] | None = None, **more: float) -> None:
    """Print the results as one line of JSON, with the peak memory of this process in MB.

    Args:
        images_per_second: Speed during training.
        environment: Content of a run's `environment.json`, or None.
        more: Further figures by name.
    """
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # The unit of ru_maxrss is kilobytes on Linux and bytes on macOS.
    megabytes = peak / (1e6 if sys.platform == "darwin" else 1e3)
    figures = {"images_per_second": images_per_second, "megabytes": megabytes, **more}
    print(json.dumps({"figures": figures, "environment": environment}))

"""Measures the cost of augmentation: steps with and without it alternate in one process.

python augmentation_cost.py CONFIG_WITH CONFIG_WITHOUT DIRECTORY
"""

import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from report import report

from reglab.backend.start import start_backend
from reglab.data.loading import load_dataset
from reglab.data.split import split_dataset
from reglab.experiment import Experiment
from reglab.training.subject import Subject

_WARM_UP, _PAIRS = 3, 60


def main() -> None:
    """Report images per second with augmentation, and the median share of augmentation in a step."""
    *configs, directory = map(Path, sys.argv[1:])
    experiments = [Experiment.load(config) for config in configs]
    dataset = load_dataset(experiments[0].data, directory)
    backend = start_backend(experiments[0].training.precision)

    from reglab.training.session import Session

    subjects = [Subject(one, dataset, split_dataset(dataset, one.data, 0)) for one in experiments]
    augmented, plain = (Session(subject, backend).model for subject in subjects)
    indices = subjects[0].split.train[: experiments[0].training.batch_size]
    targets = np.eye(len(dataset.classes), dtype=np.float32)[subjects[0].split.labels[indices]]

    def measure(model: Any) -> float:
        start = time.perf_counter()
        model.train_on_batch(indices, targets)
        return time.perf_counter() - start

    pairs = [(measure(augmented), measure(plain)) for _ in range(_WARM_UP + _PAIRS)][_WARM_UP:]
    seconds = statistics.median(one for one, _ in pairs)
    share = statistics.median(1 - other / one for one, other in pairs)
    report(len(indices) / seconds, share=share)


if __name__ == "__main__":
    main()

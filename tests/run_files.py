"""Files of made-up runs: predictions, and the machine on which they were trained."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reglab.runs.environment import collect_environment, write_environment
from reglab.runs.finding import RunRecord


def write_predictions(
    record: RunRecord, correct: NDArray[np.bool_], indices: Sequence[int] | None = None
) -> RunRecord:
    """Writes `predictions.npz` of three classes, in which the images `(n,)` are classified as given."""
    labels = np.arange(len(correct)) % 3
    predicted = np.where(correct, labels, (labels + 1) % 3)
    probabilities = np.full((len(correct), 3), 0.2, np.float32)
    probabilities[np.arange(len(correct)), predicted] = 0.6
    np.savez_compressed(
        record.directory.predictions,
        validation_probabilities=probabilities,
        validation_labels=labels.astype(np.int32),
        validation_indices=np.arange(len(correct)) if indices is None else np.array(indices),
    )
    return record


def write_machine(record: RunRecord, **changes: object) -> RunRecord:
    """Writes `environment.json`: TensorFlow on two threads of a CPU, with changes."""
    environment = collect_environment("float32", "", "tensorflow", 2, "CPU")
    versions = {"keras": "3.15.0", "tensorflow": "2.21.0", "jax": None}
    write_environment(record.directory.environment, environment.model_copy(update={**versions, **changes}))
    return record

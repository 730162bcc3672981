"""The network of a complete run, built from its experiment and its weights."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from reglab.errors import RunError
from reglab.experiment import Experiment
from reglab.runs.finding import read_run
from reglab.runs.layout import RunDirectory
from reglab.runs.summary import Summary, read_summary
from reglab.training.loop.measurement import Measurement, measure, to_probabilities


@dataclass(frozen=True)
class TrainedNetwork:
    """The network of a run, in the precision in which it was trained."""

    network: Any

    def measure(self, images: NDArray[np.uint8], labels: NDArray[np.int32]) -> Measurement:
        """Accuracy and cross-entropy on images `(n, height, width, channels)` uint8, labels `(n,)` int32."""
        return measure(self._logits(images), labels)

    def predict(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Probabilities `(n, classes)` float32 for n images `(height, width, channels)` uint8."""
        return to_probabilities(self._logits(np.stack(images)))

    def _logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        logits = self.network.predict(images.astype(np.float32), batch_size=500, verbose=0)
        return np.asarray(logits, dtype=np.float32)


def read_trained_experiment(path: Path) -> Experiment:
    """The experiment of a complete run.

    Raises:
        RunError: the folder is not a run, or the run is not complete.
        ExperimentError: the saved experiment is not valid.
    """
    run = RunDirectory(path)
    if not run.status.is_file():
        raise RunError(
            f"{path}: expected the folder of a run, such as results/mp/seed-0, found no status.json in it"
        )
    state = read_run(run).state
    if state != "complete":
        raise RunError(f"{path}: expected a complete run, got one that is {state}")
    return Experiment.load(run.experiment)


def read_trained_summary(path: Path) -> Summary:
    """The summary of a run; raises RunError if it is missing or damaged."""
    return read_summary(RunDirectory(path).summary)


def read_classes(path: Path) -> tuple[str, ...]:
    """Names of the classes of a run, in the order of the network's outputs.

    Raises:
        RunError: they are not in `summary.json`, as in older runs, and cannot be read from `predictions.npz`.
    """
    run = RunDirectory(path)
    if classes := read_summary(run.summary).classes:
        return classes
    try:
        # Opened here, since NumPy leaves a damaged archive open.
        with run.predictions.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            return tuple(str(name) for name in file["classes"])
    except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile) as error:
        raise RunError(f"cannot read {run.predictions}: {error}") from error


def load_trained(path: Path, experiment: Experiment, classes: int) -> TrainedNetwork:
    """Starts Keras and builds the network of a run with its trained weights.

    Args:
        path: the directory of the run.
        experiment: the experiment of the run.
        classes: number of classes.

    Raises:
        RunError: the summary or the weights cannot be read, or the weights are of another network.
    """
    from reglab.backend.start import start_backend

    run = RunDirectory(path)
    policy = read_summary(run.summary).precision
    start_backend("mixed_bfloat16" if policy == "mixed_bfloat16" else "float32")
    from reglab.model.network import build_network

    network = build_network(experiment, classes)
    try:
        # Keras only warns if the file has no weights for a layer, which then keeps its initial ones.
        with warnings.catch_warnings(action="error", category=UserWarning):
            network.load_weights(run.weights)
    except OSError as error:
        found = "a file that is not HDF5" if run.weights.exists() else "no file"
        raise RunError(f"{run.weights}: expected the weights of this run, found {found}") from error
    except (ValueError, UserWarning) as error:
        raise RunError(
            f"{run.weights}: expected the weights of the network in {run.experiment.name}, "
            "found those of another network; train the run again with --fresh"
        ) from error
    return TrainedNetwork(network)

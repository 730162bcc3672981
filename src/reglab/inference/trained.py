"""The network of a run, built from its experiment and its weights."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reglab.archives import ArchiveError, read_arrays
from reglab.errors import RunError
from reglab.experiment import Experiment
from reglab.files import refused
from reglab.runs.finding import RunRecord, read_run
from reglab.runs.integrity import check_results
from reglab.runs.layout import RunDirectory
from reglab.runs.summary import Summary, read_summary
from reglab.training.loop.measurement import Measurement, measure, to_probabilities
from reglab.training.loop.state import State, carry_over, name_layer_variables
from reglab.training.record.checkpoint import Checkpoint, read_checkpoint


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


@dataclass(frozen=True)
class Unfinished:
    """A run that is not complete.

    Attributes:
        experiment: what is trained.
        checkpoint: after the last finished epoch.
    """

    experiment: Experiment
    checkpoint: Checkpoint

    def build(self, classes: int) -> TrainedNetwork:
        """Starts Keras and builds the network with the weights with which the epoch was measured.

        Args:
            classes: number of classes.

        Raises:
            RunError: the checkpoint is of another network.
        """
        network, state = _start(self.experiment, classes, self.checkpoint.policy), self.checkpoint.state
        from reglab.training.loop.measured_weights import find_average

        average = find_average(self.experiment, network)
        variables = name_layer_variables([*network.layers, *([average] if average else [])])
        wrong = [name for name, each in variables.items() if _shape(state, name) != tuple(each.shape)]
        if wrong:
            raise RunError(f"the checkpoint is of another network: it has no {wrong[0]} of the same shape")
        carry_over(state.variables, variables)
        if average:
            average.swap_in()
        return TrainedNetwork(network)


def _shape(state: State, name: str) -> tuple[int, ...] | None:
    return state.variables[name].shape if name in state.variables else None


def read_trained_experiment(path: Path) -> Experiment:
    """The experiment of a complete run.

    Raises:
        RunError: the folder is not a run, or the run is not complete, or it is damaged.
        ExperimentError: the saved experiment is not valid.
    """
    record = _read(path)
    if record.state != "complete":
        raise RunError(f"{path}: expected a complete run, got one that is {record.state}")
    run = record.directory
    check_results(run, record.status, (run.experiment, run.summary, run.weights))
    return _read_experiment(record)


def read_unfinished(path: Path) -> Unfinished | None:
    """A run that can be measured with the weights of its checkpoint; None if the run is complete.

    Raises:
        RunError: the folder is not a run, or the run is being trained, or has no checkpoint.
        ExperimentError: the saved experiment is not valid.
    """
    record = _read(path)
    if record.state == "complete":
        return None
    if record.is_trained:
        raise RunError(f"{path}: expected a run that is complete or interrupted, got one that is running")
    checkpoint = read_checkpoint(record.directory.checkpoint)
    if checkpoint is None:
        raise RunError(f"{path}: expected a run with a finished epoch, found one without a checkpoint")
    return Unfinished(_read_experiment(record), checkpoint)


def _read(path: Path) -> RunRecord:
    run = RunDirectory(path)
    if not run.status.is_file():
        raise RunError(
            f"{path}: expected the folder of a run, such as results/mp/seed-0, found no status.json in it"
        )
    return read_run(run)


def _read_experiment(record: RunRecord) -> Experiment:
    path = record.directory.experiment
    experiment = Experiment.load(path)
    if experiment.identity != record.status.identity:
        raise RunError(
            f"{path}: expected the experiment that was trained, found another one; restore the file, or "
            "train the run again with --fresh"
        )
    return experiment


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
        names = read_arrays(run.predictions, ("classes",))["classes"]
    except OSError as error:
        raise refused("read", run.predictions, error) from error
    except ArchiveError as error:
        raise RunError(f"cannot read {run.predictions}: {error}") from error
    return tuple(str(name) for name in np.atleast_1d(names))


def load_trained(path: Path, experiment: Experiment, classes: int) -> TrainedNetwork:
    """Starts Keras and builds the network of a run with its trained weights.

    Args:
        path: the directory of the run.
        experiment: the experiment of the run.
        classes: number of classes.

    Raises:
        RunError: the summary or the weights cannot be read, or the weights are of another network.
    """
    run = RunDirectory(path)
    network = _start(experiment, classes, read_summary(run.summary).precision)
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


def _start(experiment: Experiment, classes: int, policy: str) -> Any:
    from reglab.backend.start import start_backend

    start_backend("mixed_bfloat16" if policy == "mixed_bfloat16" else "float32")
    from reglab.model.network import build_network

    return build_network(experiment, classes)

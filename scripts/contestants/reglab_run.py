"""Trains an experiment with reglab, with the same code as `reglab run`.

python reglab_run.py CONFIG DIRECTORY [KEY=VALUE…]

Trains in a temporary folder, with the backend in KERAS_BACKEND.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from report import report

from reglab.backend.start import Backend, start_backend
from reglab.data.loading import load_dataset
from reglab.data.split import split_dataset
from reglab.experiment import Experiment
from reglab.runs.history import Epoch
from reglab.runs.layout import RunDirectory
from reglab.training.listener import Listener
from reglab.training.record.journal import Journal
from reglab.training.subject import Subject

# Environment variable: if its value is GPU, the program stops with an error if the backend finds no GPU.
_DEVICE = "REGLAB_CONTESTANT_DEVICE"


@dataclass(frozen=True)
class Times:
    """Durations of the parts of one epoch, in seconds."""

    training: float
    measuring: float
    recording: float

    @property
    def all(self) -> float:
        """Duration of the whole epoch."""
        return self.training + self.measuring + self.recording


class Stopwatch(Listener):
    """Records the end of the first step and the durations of each epoch.

    Attributes:
        first_step_at: End of the first step, in seconds since 1970.
        epochs: Durations of the completed epochs.
    """

    def __init__(self) -> None:
        self.first_step_at = 0.0
        self.epochs: list[Times] = []
        self._begin = 0.0
        self._trained = 0.0

    def begin_epoch(self, epoch: int) -> None:
        """Record the start of the epoch."""
        self._begin = time.perf_counter()

    def advance(self, step: int) -> None:
        """Record the end of the step."""
        self._trained = time.perf_counter()
        self.first_step_at = self.first_step_at or time.time()

    def end_epoch(self, row: Epoch) -> None:
        """Record the durations; `row.seconds` covers training and measurement."""
        training = self._trained - self._begin
        recorded = time.perf_counter() - self._begin
        self.epochs.append(Times(training, row.seconds - training, recorded - row.seconds))


def main() -> None:
    """Train and report; speeds omit the first epoch, because it includes compilation."""
    config, directory, *overrides = sys.argv[1:]
    experiment = Experiment.load(Path(config), overrides)
    dataset = load_dataset(experiment.data, Path(directory))
    subject = Subject(experiment, dataset, split_dataset(dataset, experiment.data, experiment.training.seed))
    stopwatch = Stopwatch()
    # Not in /tmp, which may be in memory: a checkpoint must take as long as on the user's disk.
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        run = RunDirectory(Path(folder) / "run")
        run.create()
        backend = start_backend(experiment.training.precision)
        if os.environ.get(_DEVICE) == "GPU" and not backend.gpu:
            raise SystemExit(f"{backend.name} found no GPU; install its GPU support or check the driver")
        journal = Journal(run, subject, backend.name)

        from reglab.training.trainer import train

        summary = train(subject, journal, backend, stopwatch)
        environment = json.loads(run.environment.read_text())
    first, *later = stopwatch.epochs
    training = statistics.median(times.training for times in later)
    epoch = statistics.median(times.all for times in later)
    report(
        len(subject.split.train) / training,
        environment,
        first_step_at=stopwatch.first_step_at,
        seconds_an_epoch=epoch,
        seconds_of_first_epoch=first.all,
        seconds_of_later_epochs=sum(times.all for times in later),
        measuring_share=statistics.median(times.measuring for times in later) / epoch,
        recording_share=statistics.median(times.recording for times in later) / epoch,
        validation_accuracy=summary.final_val_accuracy,
        device_megabytes=_find_peak_on_device(backend),
    )


def _find_peak_on_device(backend: Backend) -> float:
    """Return the peak GPU memory in MB; 0 without a GPU."""
    if not backend.gpu:
        return 0.0
    if backend.name == "jax":
        import jax

        return float(jax.devices()[0].memory_stats()["peak_bytes_in_use"]) / 1e6
    if backend.name == "torch":
        from torch import cuda

        return float(cuda.max_memory_allocated()) / 1e6
    import tensorflow as tf

    return float(tf.config.experimental.get_memory_info("GPU:0")["peak"]) / 1e6


if __name__ == "__main__":
    main()

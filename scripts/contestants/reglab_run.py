"""reglab itself, on the path that `reglab run` takes: reglab_run.py CONFIG DIRECTORY COUNT [KEY=VALUE…].

Trains two epochs on COUNT images and times the second; the first has the compiling in it.
"""

import sys
import tempfile
import time
from pathlib import Path

_START = time.perf_counter()

from report import report  # noqa: E402  the clock starts before anything is loaded

from reglab.config.loading import load_experiment  # noqa: E402
from reglab.data.loading import load_dataset  # noqa: E402
from reglab.data.split import split_dataset  # noqa: E402
from reglab.regularizers.table import Experiment  # noqa: E402
from reglab.runs.directory import RunDirectory  # noqa: E402
from reglab.runs.history import Epoch  # noqa: E402
from reglab.training.backend import start_backend  # noqa: E402
from reglab.training.display import QuietDisplay  # noqa: E402
from reglab.training.journal import Journal  # noqa: E402
from reglab.training.subject import Subject  # noqa: E402


class Stopwatch(QuietDisplay):
    """Notes when the first step ends, and how long the last epoch trains and measures.

    Attributes:
        first_step: clock when the first step was done, seconds.
        training: of the last epoch, seconds.
        epoch: the whole last epoch, its measurements included, seconds.
    """

    def __init__(self) -> None:
        self.first_step = 0.0
        self.training = 0.0
        self.epoch = 0.0
        self._begin = 0.0

    def begin_epoch(self, epoch: int) -> None:
        """Starts the clock."""
        self._begin = time.perf_counter()

    def advance(self, step: int) -> None:
        """Stops it after the step, for the time being."""
        now = time.perf_counter()
        self.first_step = self.first_step or now
        self.training = now - self._begin

    def end_epoch(self, row: Epoch) -> None:
        """The whole epoch."""
        self.epoch = time.perf_counter() - self._begin


def main() -> None:
    """Trains and reports."""
    config, directory, count, *overrides = sys.argv[1:]
    experiment = load_experiment(
        Path(config),
        Experiment,
        [f"data.subset.train={count}", "training.epochs=2", *overrides],
    )
    dataset = load_dataset(experiment.data, Path(directory))
    split = split_dataset(dataset, experiment.data, experiment.training.seed)
    stopwatch = Stopwatch()
    subject = Subject(experiment, dataset, split)
    with tempfile.TemporaryDirectory() as folder:
        run = RunDirectory(Path(folder) / "run")
        run.create()
        journal = Journal(run, subject)
        backend = start_backend(experiment.training.precision)

        from reglab.training.trainer import train

        train(subject, journal, backend, stopwatch)
    report(
        len(split.train) / stopwatch.training,
        measuring_share=1 - stopwatch.training / stopwatch.epoch,
        seconds_to_first_step=stopwatch.first_step - _START,
    )


if __name__ == "__main__":
    main()

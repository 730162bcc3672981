"""Paths of a run: its directory `results/<experiment>/seed-<n>/`, and each file in it."""

import os
from dataclasses import dataclass
from pathlib import Path

from reglab.errors import RunError
from reglab.files import refused

REPLACED = ".replaced-"
"""Part of the name of every directory that `--fresh` has set aside."""


def run_path(results: Path, experiment: str, seed: int) -> Path:
    """The directory of a run.

    Args:
        results: folder of all results.
        experiment: the experiment's name.
        seed: the run's seed.
    """
    return results / experiment / f"seed-{seed}"


@dataclass(frozen=True)
class RunDirectory:
    """A run's directory and the files in it."""

    path: Path

    @property
    def experiment(self) -> Path:
        """The resolved experiment."""
        return self.path / "experiment.yaml"

    @property
    def status(self) -> Path:
        """State and number of finished epochs."""
        return self.path / "status.json"

    @property
    def history(self) -> Path:
        """The history: one line for each epoch."""
        return self.path / "history.csv"

    @property
    def summary(self) -> Path:
        """Final numbers."""
        return self.path / "summary.json"

    @property
    def environment(self) -> Path:
        """Versions and machine."""
        return self.path / "environment.json"

    @property
    def predictions(self) -> Path:
        """Class probabilities of validation and test images."""
        return self.path / "predictions.npz"

    @property
    def weights(self) -> Path:
        """The trained weights."""
        return self.path / "model.weights.h5"

    @property
    def model(self) -> Path:
        """The trained network for plain Keras."""
        return self.path / "model.keras"

    @property
    def curves(self) -> Path:
        """Figure of the history."""
        return self.path / "curves.png"

    @property
    def log(self) -> Path:
        """Output of the libraries, and tracebacks."""
        return self.path / "log.txt"

    @property
    def lock(self) -> Path:
        """The file that a process locks while it trains the run."""
        return self.path / "lock"

    @property
    def checkpoint(self) -> Path:
        """Folder of the state that an attempt resumes from; deleted when the run is complete."""
        return self.path / "checkpoint"

    def create(self) -> None:
        """Creates the directory, which must not exist, and missing folders above it.

        Raises:
            RunError: it exists, a file is at its path, or the system refused. Folders that were created
                before the error are removed.
        """
        made: list[Path] = []
        missing = [folder for folder in self.path.parents if not os.path.lexists(folder)]
        try:
            for folder in reversed(missing):
                folder.mkdir(exist_ok=True)
                made.append(folder)
            self.path.mkdir()
        except OSError as error:
            for folder in reversed(made):
                if not any(folder.iterdir()):
                    folder.rmdir()
            raise self._cannot_create(error) from error

    def _cannot_create(self, error: OSError) -> RunError:
        for place in (self.path, *self.path.parents):
            if os.path.lexists(place) and not place.is_dir():
                return RunError(
                    f"cannot create {self.path}: {place} is a file, expected a folder; "
                    "choose another folder with --results DIR"
                )
        return refused("create", self.path, error)

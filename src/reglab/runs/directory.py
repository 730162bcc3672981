"""Where a run's files are, and what may be done with the place where a run wants to be."""

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from reglab.errors import RunError
from reglab.files import TEMPORARY_PREFIX, refused
from reglab.runs.lock import LOCK_NAME, RunLock
from reglab.runs.status import read_status

REPLACED = ".replaced-"
"""In the name of a run's directory that `--fresh` has set aside."""

Start = Literal["new", "resume", "complete"]


@dataclass(frozen=True)
class RunDirectory:
    """`results/<experiment>/seed-<n>/` and the files in it."""

    path: Path

    @property
    def experiment(self) -> Path:
        """The resolved experiment."""
        return self.path / "experiment.yaml"

    @property
    def status(self) -> Path:
        """Which experiment, and how far it has come."""
        return self.path / "status.json"

    @property
    def history(self) -> Path:
        """One line an epoch."""
        return self.path / "history.csv"

    @property
    def summary(self) -> Path:
        """What came of it."""
        return self.path / "summary.json"

    @property
    def environment(self) -> Path:
        """What it was computed with."""
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
        """The picture of its history."""
        return self.path / "curves.png"

    @property
    def log(self) -> Path:
        """What was printed, and the traceback of what is our fault."""
        return self.path / "log.txt"

    @property
    def checkpoint(self) -> Path:
        """Folder with what resuming needs; gone once the run is complete."""
        return self.path / "checkpoint"

    def create(self) -> None:
        """Makes the directory, and the folders above it, exclusively.

        Raises:
            RunError: it exists, a file stands in the way, or the system refused. Folders that were
                made before that are gone again.
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
                    f"cannot create {self.path}: {place} is in the way, a folder was expected; "
                    "choose another place with --results DIR"
                )
        return refused("create", self.path, error)


def prepare_run(
    results: Path, experiment: str, seed: int, identity: str, fresh: bool
) -> tuple[RunDirectory, Start]:
    """Finds out how a run has to start, and makes its directory where there is none.

    Args:
        results: folder of all results.
        experiment: the experiment's name.
        seed: the run's seed.
        identity: hash of the resolved experiment.
        fresh: sets an old run aside, under a name of its own, and starts anew.

    Returns:
        The directory, which exists, and whether the run is `new`, was begun and is to `resume`, or is
        `complete`. The caller then takes the lock. A run that was killed while it dropped its
        checkpoint is to `resume`, though its status is complete.

    Raises:
        RunError: the directory holds another experiment, or something that is no run, or cannot be made.
        RunInUse: `fresh`, and another process is training the old run.
    """
    directory = RunDirectory(results / experiment / f"seed-{seed}")
    _check_siblings(directory, identity)
    if fresh and directory.path.is_dir():
        _set_aside(directory.path)
    if not directory.path.is_dir():
        directory.create()
        return directory, "new"
    if not directory.status.exists():
        _check_unused(directory)
        return directory, "new"
    status = read_status(directory.status)
    _check_identity(directory, status.identity, identity)
    tidy = status.state == "complete" and not directory.checkpoint.exists()
    return directory, "complete" if tidy else "resume"


def clear_leftovers(directory: RunDirectory) -> None:
    """Removes half-written files that a killed process left behind; call it under the run's lock."""
    for folder in (directory.path, directory.checkpoint):
        for entry in folder.glob(f"{TEMPORARY_PREFIX}*"):
            entry.unlink(missing_ok=True)
    if directory.status.exists() and read_status(directory.status).state == "complete":
        shutil.rmtree(directory.checkpoint, ignore_errors=True)


def _check_siblings(directory: RunDirectory, identity: str) -> None:
    """The seeds in one folder are of one experiment, or their mean would be of nothing."""
    for status in sorted(directory.path.parent.glob("seed-*/status.json")):
        sibling = RunDirectory(status.parent)
        if sibling.path != directory.path and REPLACED not in sibling.path.name:
            _check_identity(sibling, read_status(status).identity, identity)


def _check_identity(directory: RunDirectory, there: str, wanted: str) -> None:
    if there != wanted:
        raise RunError(
            f"{directory.path} holds another experiment (identity {there}, this one is {wanted}): "
            "name this one with --set name=…, put it elsewhere with --results DIR, "
            "or, for the same seed, set the old run aside with --fresh"
        )


def _set_aside(path: Path) -> None:
    """Renames a run's directory, under its lock, so that nothing a user made is lost."""
    aside = path.with_name(f"{path.name}{REPLACED}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
    with RunLock(path):
        try:
            path.rename(aside)
        except OSError as error:
            raise refused("set aside", path, error) from error


def _check_unused(directory: RunDirectory) -> None:
    """A run that was killed before its first status has left only these; all else is not ours."""
    early = {LOCK_NAME, directory.log.name, directory.experiment.name, directory.environment.name}
    for entry in sorted(directory.path.iterdir()):
        if entry.name not in early and not entry.name.startswith(TEMPORARY_PREFIX):
            raise RunError(
                f"{directory.path} is no run of reglab: it has {entry.name}, but no {directory.status.name}; "
                "choose another place with --results DIR"
            )

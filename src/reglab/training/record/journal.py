"""What a run writes while it trains: status, history and checkpoint, in an order that survives a kill."""

import os
import shutil
import socket
from datetime import UTC, datetime

from reglab import __version__
from reglab.config.yaml.dumping import dump_yaml
from reglab.errors import BackendError, RunError
from reglab.files import write_atomically
from reglab.runs.history import append_epoch, repair_history
from reglab.runs.layout import RunDirectory
from reglab.runs.status import State, Status, StatusWriter, read_status
from reglab.training.record.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from reglab.training.subject import Subject


class Journal:
    """The record of one run; opening it makes the record agree with the last checkpoint.

    An epoch is first in the checkpoint, then in the history. A process killed between the two leaves a
    history that lacks the checkpoint's last epoch, which the next opening adds.
    """

    def __init__(self, run: RunDirectory, subject: Subject, backend: str) -> None:
        """Opens the record of a run whose lock this process holds.

        Args:
            run: where it lies.
            subject: experiment and images.
            backend: that will train it: `tensorflow`, `jax` or `torch`.

        Raises:
            BackendError: the run began on another backend.
            RunError: the run began with other images, or checkpoint and history contradict each other,
                or cannot be written.
        """
        self.run = run
        experiment = subject.experiment
        before = read_status(run.status) if run.status.exists() else None
        self.checkpoint: Checkpoint | None = read_checkpoint(run.checkpoint)
        if self.checkpoint is not None:
            _check_backend(run, self.checkpoint, backend)
            _check_images(run, before, subject)
        last = self.checkpoint.epoch if self.checkpoint else None
        done = last.epoch if last else 0
        repair_history(run.history, done, last)
        now = datetime.now(UTC)
        status = Status(
            state="running",
            identity=experiment.identity,
            experiment=experiment.name,
            title=experiment.label,
            seed=experiment.training.seed,
            epochs_done=done,
            epochs=experiment.training.epochs,
            started=before.started if before else now,
            updated=now,
            heartbeat=now,
            pid=os.getpid(),
            host=socket.gethostname(),
            images=subject.fingerprint,
            validation=subject.validation,
            version=__version__,
        )
        write_atomically(run.experiment, dump_yaml(experiment))
        self.status = StatusWriter(run.status, status)

    @property
    def epochs_done(self) -> int:
        """Epochs that a resumed training need not repeat."""
        return self.status.status.epochs_done

    def record(self, checkpoint: Checkpoint) -> None:
        """Keeps a finished epoch.

        Raises:
            RunError: the system refused (full disk).
        """
        write_checkpoint(self.run.checkpoint, checkpoint)
        append_epoch(self.run.history, checkpoint.epoch)
        self.status.update(epochs_done=checkpoint.epoch.epoch)

    def finish(self) -> None:
        """Says that the run is complete, and drops the checkpoint."""
        self.status.update(state="complete")
        shutil.rmtree(self.run.checkpoint, ignore_errors=True)

    def close(self, state: State, message: str = "") -> None:
        """Says how this sitting ended; a run that is complete stays so, whatever came after."""
        if self.status.status.state != "complete":
            self.status.update(state=state, message=message)


def _check_backend(run: RunDirectory, checkpoint: Checkpoint, backend: str) -> None:
    """A run that goes on with another backend would be of neither: they round and draw otherwise."""
    if checkpoint.backend != backend:
        raise BackendError(
            f"{run.path} was started on {checkpoint.backend}, this is {backend}: "
            f"resume it with KERAS_BACKEND={checkpoint.backend}, or start again with --fresh"
        )


def _check_images(run: RunDirectory, before: Status | None, subject: Subject) -> None:
    """A run that goes on with other images, another copy of CIFAR-10 say, would be of neither."""
    if before and before.images not in ("", subject.fingerprint):
        raise RunError(
            f"{run.path} was started with other images than {subject.dataset.title} from "
            f"{subject.dataset.source}: name their directory with --data-dir, or start again with --fresh"
        )

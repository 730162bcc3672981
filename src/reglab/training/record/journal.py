"""The files of a run in training: status, history and checkpoint.

They are written in an order that allows the run to resume if the process is killed at any moment.
"""

import os
import shutil
from datetime import UTC, datetime

from reglab import __version__
from reglab.config.yaml.dumping import dump_yaml
from reglab.errors import BackendError, RunError
from reglab.files import write_atomically
from reglab.machine import find_boot, find_host
from reglab.runs.history import append_epoch, repair_history
from reglab.runs.integrity import hash_results
from reglab.runs.layout import RunDirectory
from reglab.runs.status import State, Status, StatusWriter, read_status
from reglab.training.record.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from reglab.training.subject import Subject


class Journal:
    """The record of one run. The constructor makes the history agree with the checkpoint.

    An epoch is written to the checkpoint, then to the history. If the process is killed between the two, the
    last epoch of the checkpoint is missing in the history, and the next attempt adds it.
    """

    def __init__(self, run: RunDirectory, subject: Subject, backend: str) -> None:
        """Opens the record of a run; this process must have the lock of the run.

        Args:
            run: the directory of the run.
            subject: experiment and images.
            backend: of this process: `tensorflow`, `jax` or `torch`.

        Raises:
            BackendError: the run was started on another backend.
            RunError: the run was started with other images, checkpoint and history contradict each other, or
                the system refused to write.
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
            host=find_host(),
            boot=find_boot(),
            images=subject.fingerprint,
            validation=subject.validation,
            version=__version__,
        )
        write_atomically(run.experiment, dump_yaml(experiment))
        self.status = StatusWriter(run.status, status)

    @property
    def epochs_done(self) -> int:
        """Number of epochs in the checkpoint."""
        return self.status.status.epochs_done

    def record(self, checkpoint: Checkpoint) -> None:
        """Writes a finished epoch.

        Raises:
            RunError: the system refused to write, for example because the disk is full.
        """
        write_checkpoint(self.run.checkpoint, checkpoint)
        append_epoch(self.run.history, checkpoint.epoch)
        self.status.update(epochs_done=checkpoint.epoch.epoch)

    def finish(self) -> None:
        """Marks the run as complete and deletes the checkpoint."""
        self.status.update(state="complete", files=hash_results(self.run))
        shutil.rmtree(self.run.checkpoint, ignore_errors=True)

    def close(self, state: State, message: str = "") -> None:
        """Records how this attempt ended; a complete run stays complete."""
        if self.status.status.state != "complete":
            self.status.update(state=state, message=message)


def _check_backend(run: RunDirectory, checkpoint: Checkpoint, backend: str) -> None:
    """Refuses another backend, which would round differently and draw other random numbers."""
    if checkpoint.backend != backend:
        raise BackendError(
            f"{run.path} was started on {checkpoint.backend}, this is {backend}: "
            f"resume it with KERAS_BACKEND={checkpoint.backend}, or start again with --fresh"
        )


def _check_images(run: RunDirectory, before: Status | None, subject: Subject) -> None:
    """Refuses other images, such as another copy of CIFAR-10, because the run would mix two data sets."""
    if before and before.images not in ("", subject.fingerprint):
        raise RunError(
            f"{run.path} was started with other images than {subject.dataset.title} from "
            f"{subject.dataset.source}: name their directory with --data-dir, or start again with --fresh"
        )

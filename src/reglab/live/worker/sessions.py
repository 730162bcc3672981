"""The sessions of a bench: how they are built, saved and restored."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from reglab.backend.start import Backend
from reglab.errors import RunError
from reglab.experiment import Experiment
from reglab.live.worker.snapshot import Snapshot
from reglab.runs.history import Epoch
from reglab.runs.layout import RunDirectory
from reglab.training.listener import Listener
from reglab.training.session import Session
from reglab.training.subject import Subject


class Sessions:
    """Builds sessions that report to the same listener, and takes their snapshots.

    Args:
        backend: of this process.
        listener: receives the progress of each session.
        record: called with each finished epoch.
        data_directory: where another data set is searched.
    """

    def __init__(
        self,
        backend: Backend,
        listener: Listener,
        record: Callable[[Epoch], None],
        data_directory: Path | None,
    ) -> None:
        self._backend = backend
        self._listener = listener
        self._record = record
        self._data_directory = data_directory

    def start(self, subject: Subject, origin: Snapshot | Path | None) -> Session:
        """Builds the first session.

        Args:
            subject: experiment and images.
            origin: a snapshot of the subject, or the folder of a complete run of its network; None for
                initial weights.

        Raises:
            RunError: the snapshot does not fit the subject or the backend.
        """
        if isinstance(origin, Snapshot):
            self._check(origin, subject)
        session = self._build(subject)
        if isinstance(origin, Snapshot):
            _restore(session, origin)
        elif origin is not None:
            session.model.network.load_weights(RunDirectory(origin).weights)
        return session

    def restart(self, old: Session, experiment: Experiment, keep: bool) -> Session:
        """Builds a session of an experiment at its first step.

        Args:
            old: the current session, whose images are used if they are the same.
            experiment: what is trained.
            keep: whether every weight of `old` that fits is kept.

        Raises:
            DataError: another data set was not found, or has too few images.
        """
        before = old.experiment
        if (experiment.data, experiment.training.seed) == (before.data, before.training.seed):
            session = self._build(old.subject.with_experiment(experiment), old)
        else:
            session = self._build(Subject.load(experiment, self._data_directory))
        if keep:
            session.take_weights(old.get_state().variables)
        return session

    def restore(self, old: Session, snapshot: Snapshot) -> Session:
        """Builds a session that continues from a snapshot, with the images of the current session.

        Raises:
            RunError: it is of other images, another precision or backend, or damaged.
        """
        self._check(snapshot, old.subject)
        session = self._build(old.subject.with_experiment(snapshot.experiment), old)
        _restore(session, snapshot)
        return session

    def take_snapshot(self, path: Path, session: Session, training: str, steps: int) -> Snapshot:
        """Copies the state of a session.

        Args:
            path: of the file to which the snapshot will be written.
            session: between two steps.
            training: see `Built`.
            steps: number of steps done, over all changes.

        Raises:
            RunError: a weight is not finite, so that nothing could continue from the snapshot.
        """
        state = session.get_state()
        for name, values in state.variables.items():
            if not np.isfinite(values).all():
                raise RunError(f"{path} was not written: the training has diverged ({name} is not finite)")
        return Snapshot(
            path=path,
            experiment=session.experiment,
            images=session.subject.fingerprint,
            policy=self._backend.precision.policy,
            backend=self._backend.name,
            training=training,
            steps=steps,
            state=state,
        )

    def _build(self, subject: Subject, shared: Session | None = None) -> Session:
        return Session(subject, self._backend, self._listener, self._record, shared)

    def _check(self, snapshot: Snapshot, subject: Subject) -> None:
        if snapshot.images != subject.fingerprint:
            raise RunError(
                f"{snapshot.path} is of other images than {subject.dataset.title}: "
                "restart with its experiment"
            )
        if (snapshot.policy, snapshot.backend) != (self._backend.precision.policy, self._backend.name):
            raise RunError(
                f"{snapshot.path} was made in {snapshot.policy} on {snapshot.backend}, this is "
                f"{self._backend.precision.policy} on {self._backend.name}"
            )


def _restore(session: Session, snapshot: Snapshot) -> None:
    """Gives a session the state of a snapshot; after an error, the session is of no use."""
    state, images = snapshot.state, len(session.subject.split.train)
    if state.images_done >= images:
        raise RunError(
            f"{snapshot.path} is damaged: expected less than {images:,} images of an epoch, "
            f"got {state.images_done:,}"
        )
    try:
        session.set_state(state)
    except (RunError, LookupError, TypeError, ValueError) as error:
        raise RunError(
            f"{snapshot.path} is damaged: its arrays do not fit the network of its experiment"
        ) from error

"""A session that follows commands while it trains, and sends what there is to see."""

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from reglab.backend.start import Backend
from reglab.errors import ReglabError, RunError, TrainingError
from reglab.experiment import Experiment
from reglab.live.messages import (
    NEVER,
    Built,
    Change,
    Command,
    Diverged,
    Evaluate,
    Load,
    Look,
    Predict,
    Recognize,
    Refused,
    Restart,
    Save,
    Saved,
    Train,
)
from reglab.live.worker.answers import Answers
from reglab.live.worker.layers import describe_layers
from reglab.live.worker.network_file import read_network, write_network
from reglab.live.worker.observer import Observer
from reglab.live.worker.sessions import Sessions
from reglab.live.worker.snapshot import Snapshot, make_training_id, read_snapshot, write_snapshot
from reglab.processes.events import EpochDone, Message
from reglab.runs.history import Epoch
from reglab.training.listener import Listener
from reglab.training.session import Session
from reglab.training.subject import Subject

_WAIT_SECONDS = 0.5
"""Time that a session waits for more steps before the call of `fit` ends, which costs time too."""
Commands = SimpleQueue[Command | None]
"""None ends the bench."""
_ANSWERED_WHILE_TRAINING = (Train, Look, Predict, Recognize, Evaluate)


class Bench(Listener):
    """A session with a queue of commands.

    Commands are carried out between two steps. Questions are answered within the call of `fit`; for changes
    the call ends, and the next one continues.

    Args:
        subject: experiment and images.
        backend: of this process.
        commands: what to do; None ends `run`.
        send: receives the events.
        data_directory: where another data set is searched.
        origin: see `Sessions.start`.

    Raises:
        RunError: the snapshot does not fit the subject or the backend.
    """

    def __init__(
        self,
        subject: Subject,
        backend: Backend,
        commands: Commands,
        send: Callable[[Message], None],
        data_directory: Path | None = None,
        origin: Snapshot | Path | None = None,
    ) -> None:
        self._backend = backend
        self._commands = commands
        self._send = send
        self._later: deque[Command | None] = deque()
        self._until = 0
        self._steps = 0
        self._has_diverged = False
        self._sessions = Sessions(backend, self, self._record, data_directory)
        self._training = make_training_id()
        if isinstance(origin, Snapshot):
            self._training, self._steps = origin.training, origin.steps
        begin = time.perf_counter()
        self._open(self._sessions.start(subject, origin))
        # A snapshot or a run is never shown as a network with its initial weights.
        self._built("started" if origin is None else "restored", begin)

    def run(self) -> None:
        """Follows the commands until the end of the queue."""
        while True:
            while self._later:
                command = self._later.popleft()
                if command is None:
                    return
                self._obey(command)
            if not self._may_train:
                self._later.append(self._commands.get())
                continue
            self._observer.begin()
            try:
                self._session.train()
            except TrainingError as error:
                if not self._has_diverged:
                    self._diverge(str(error))
            self._sample(running=False)
            self._receive()

    @property
    def _may_train(self) -> bool:
        return self._steps < self._until and not (self._session.complete or self._has_diverged)

    # What the session reports.

    def begin_epoch(self, epoch: int) -> None:
        """The steps of the session are counted from the start of an epoch."""
        self._step = 0 if not self._session.images_done else self._session.steps_done

    def advance(self, step: int) -> None:
        """A step is done: samples, looks, and follows commands."""
        self._steps += step - self._step
        self._step = step
        if self._observer.is_due:
            problem = self._observer.observe()
            if problem:
                self._diverge(problem)
            else:
                self._sample(running=True)
        self._receive()
        if self._steps >= self._until:
            self._wait()
        if self._later or not self._may_train:
            self._session.pause()

    def _record(self, row: Epoch) -> None:
        self._observer.add_epoch(row)
        self._send(EpochDone(row=row, images_per_second=self._observer.speed or 0.0))

    # Commands.

    def _receive(self) -> None:
        """Takes the commands that are there; carries out those for which the training need not stop."""
        while True:
            try:
                command = self._commands.get_nowait()
            except Empty:
                return
            self._take(command)

    def _wait(self) -> None:
        """Waits a moment for more steps, since the end of a call of `fit` costs time."""
        self._sample(running=False)
        end = time.perf_counter() + _WAIT_SECONDS
        while self._steps >= self._until and not self._later and (left := end - time.perf_counter()) > 0:
            try:
                self._take(self._commands.get(timeout=left))
            except Empty:
                return
        self._observer.begin()

    def _take(self, command: Command | None) -> None:
        if isinstance(command, _ANSWERED_WHILE_TRAINING) and not self._later:
            self._obey(command)
        else:
            self._later.append(command)

    def _obey(self, command: Command) -> None:
        try:
            match command:
                case Train():
                    self._until = command.until
                    if not self._may_train:
                        self._sample(running=False)
                case Change():
                    self._change(command.experiment)
                case Restart():
                    self._restart(command.experiment, command.keep)
                case Save():
                    self._save(command.path)
                case Load():
                    self._load(command.path)
                case Look() | Predict() | Recognize() | Evaluate():
                    answer = self._answers.answer(self._session, command)
                    if answer is not None:
                        self._send(answer)
        except ReglabError as error:
            self._send(Refused(command=command.command, message=str(error)))

    def _change(self, experiment: Experiment) -> None:
        begin = time.perf_counter()
        how = self._session.change(experiment)
        if how == "rebuilt":
            self._observer.forget_measurements()
        self._built(how, begin)

    def _restart(self, experiment: Experiment, keep: bool) -> None:
        begin = time.perf_counter()
        session = self._sessions.restart(self._session, experiment, keep)
        self._training, self._steps = make_training_id(), 0
        self._open(session)
        self._built("restarted", begin)

    def _save(self, path: Path) -> None:
        session = self._session
        if path.suffix == ".json":
            write_network(path, session.experiment, session.model.network)
        elif self._has_diverged:
            raise RunError(f"{path} was not written: the training has diverged")
        else:
            write_snapshot(self._sessions.take_snapshot(path, session, self._training, self._steps))
        self._send(Saved(path=path))

    def _load(self, path: Path) -> None:
        begin = time.perf_counter()
        if path.suffix == ".json":
            if self._has_diverged:
                # The optimizer, which the file does not have, has diverged too.
                raise RunError("the training has diverged: load a snapshot, or restart")
            read_network(path, self._session.model.network)
            self._observer.forget()
        else:
            snapshot = read_snapshot(path)
            session = self._sessions.restore(self._session, snapshot)
            self._training, self._steps = snapshot.training, snapshot.steps
            self._open(session)
        self._built("restored", begin)

    def _open(self, session: Session) -> None:
        """Takes another session; it continues only if there is no limit, a number of steps."""
        self._session = session
        self._until = NEVER if self._until == NEVER else 0
        self._has_diverged = False
        self._step = session.steps_done
        self._answers = Answers(session, eager=self._backend.name == "torch")
        self._observer = Observer(session, self._answers, self._send)

    def _built(self, how: Any, begin: float) -> None:
        session = self._session
        subject = session.subject
        self._answers.forget()
        self._send(
            Built(
                how=how,
                training=self._training,
                experiment=session.experiment,
                layers=describe_layers(session.model.network),
                classes=subject.dataset.classes,
                train_images=len(subject.split.train),
                images=session.images_seen,
                seconds=time.perf_counter() - begin,
            )
        )
        if how == "restored":
            self._observer.measure_enough()
        self._sample(running=False)

    def _diverge(self, message: str) -> None:
        """Ends the training until a restart or a snapshot."""
        self._has_diverged = True
        self._send(Diverged(message=message))

    def _sample(self, running: bool) -> None:
        self._observer.send_sample(running and self._may_train, self._steps, self._until)

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
from reglab.live.worker.snapshot import Snapshot, read_snapshot, write_snapshot
from reglab.processes.events import EpochDone, Message
from reglab.runs.history import Epoch
from reglab.runs.layout import RunDirectory
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
    """

    def __init__(
        self,
        subject: Subject,
        backend: Backend,
        commands: Commands,
        send: Callable[[Message], None],
        data_directory: Path | None = None,
    ) -> None:
        self._backend = backend
        self._commands = commands
        self._send = send
        self._data_directory = data_directory
        self._later: deque[Command | None] = deque()
        self._until = 0
        self._steps = 0
        self._has_diverged = False
        begin = time.perf_counter()
        self._open(Session(subject, backend, self, self._record))
        self._built("started", begin)

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
                case Look():
                    self._answers.look_at(
                        self._session, command.image if command.path is None else command.path
                    )
                    if self._answers.is_looking:
                        self._send(self._answers.look(self._session))
                case Predict():
                    self._send(self._answers.predict(self._session, command))
                case Recognize():
                    self._send(self._answers.recognize(self._session, command.path))
                case Evaluate():
                    self._send(self._answers.evaluate(self._session))
        except ReglabError as error:
            self._send(Refused(command=command.command, message=str(error)))

    def _change(self, experiment: Experiment) -> None:
        begin = time.perf_counter()
        how = self._session.change(experiment)
        self._built(how, begin)

    def _restart(self, experiment: Experiment, keep: bool) -> None:
        begin = time.perf_counter()
        old = self._session
        subject = old.subject
        if (
            experiment.data == subject.experiment.data
            and experiment.training.seed == subject.experiment.training.seed
        ):
            subject, shared = subject.with_experiment(experiment), old
        else:
            subject, shared = Subject.load(experiment, self._data_directory), None
        session = Session(subject, self._backend, self, self._record, shared)
        if keep:
            session.take_weights(old.get_state().variables)
        self._steps = 0
        self._open(session)
        self._built("restarted", begin)

    def _save(self, path: Path) -> None:
        if path.suffix == ".json":
            write_network(path, self._session.experiment, self._session.model.network)
        else:
            session = self._session
            write_snapshot(
                path,
                Snapshot(
                    session.experiment,
                    session.subject.fingerprint,
                    self._backend.precision.policy,
                    self._backend.name,
                    self._steps,
                    session.get_state(),
                ),
            )
        self._send(Saved(path=path))

    def _load(self, path: Path) -> None:
        begin = time.perf_counter()
        if path.suffix == ".json":
            read_network(path, self._session.model.network)
            self._observer.forget()
            self._built("restored", begin)
        else:
            self.restore(read_snapshot(path), path)

    def take_weights(self, run: Path) -> None:
        """Starts from the weights of a complete run of the same network."""
        begin = time.perf_counter()
        self._session.model.network.load_weights(RunDirectory(run).weights)
        self._built("restored", begin)

    def restore(self, snapshot: Snapshot, path: Path) -> None:
        """Continues from a snapshot.

        Raises:
            RunError: it is of other images, another precision or backend, or another network.
        """
        begin = time.perf_counter()
        old, made_with = self._session, (snapshot.policy, snapshot.backend)
        if snapshot.images != old.subject.fingerprint:
            raise RunError(
                f"{path} is of other images than {old.subject.dataset.title}: restart with its experiment"
            )
        if made_with != (self._backend.precision.policy, self._backend.name):
            raise RunError(
                f"{path} was made in {snapshot.policy} on {snapshot.backend}, this is "
                f"{self._backend.precision.policy} on {self._backend.name}"
            )
        session = Session(
            old.subject.with_experiment(snapshot.experiment), self._backend, self, self._record, old
        )
        session.set_state(snapshot.state)
        self._steps = snapshot.steps
        self._open(session)
        self._built("restored", begin)

    def _open(self, session: Session) -> None:
        """Takes another session; it goes on only if the training has no limit, which is a number of steps."""
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
                experiment=session.experiment,
                layers=describe_layers(session.model.network),
                classes=subject.dataset.classes,
                train_images=len(subject.split.train),
                images=session.images_seen,
                seconds=time.perf_counter() - begin,
            )
        )
        self._sample(running=False)

    def _diverge(self, message: str) -> None:
        """Ends the training until a restart or a snapshot."""
        self._has_diverged = True
        self._send(Diverged(message=message))

    def _sample(self, running: bool) -> None:
        self._observer.send_sample(running and self._may_train, self._steps, self._until)

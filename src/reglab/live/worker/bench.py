"""A session that follows commands while it trains, and sends what there is to see."""

import math
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np

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
    Sample,
    Save,
    Saved,
    Train,
)
from reglab.live.worker.answers import Answers
from reglab.live.worker.budget import Budget
from reglab.live.worker.layers import describe_layers
from reglab.live.worker.network_file import read_network, write_network
from reglab.live.worker.snapshot import Snapshot, read_snapshot, write_snapshot
from reglab.live.worker.window import MovingMeans, RollingMeasurement
from reglab.model.size import measure_size
from reglab.processes.events import EpochDone, Message
from reglab.runs.history import Epoch
from reglab.runs.layout import RunDirectory
from reglab.training.listener import Listener
from reglab.training.loop.measurement import Measurement
from reglab.training.session import Session
from reglab.training.subject import Subject

_SAMPLE_SECONDS = 0.5
_WAIT_SECONDS = 0.5
"""Time that a session waits for more steps before the call of `fit` ends, which costs time too."""
_SHARE = 0.02
"""Of the time, for all that is not training. The browser and the server need time too, and a step after
something else is slower; the page promises less than 5 % in all."""
_PART_OF_MEASURING = 0.25
"""Of that time, for clean images, and as much for validation images; looking has what is left."""
_PART = 50
"""Images that are measured at a time."""
_WINDOW = 1000
"""Images in the moving means."""

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
            self._begin()
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
        if time.perf_counter() >= self._next_sample:
            self._observe()
        self._receive()
        if self._steps >= self._until:
            self._wait()
        if self._later or not self._may_train:
            self._session.pause()

    def _record(self, row: Epoch) -> None:
        means = {
            "loss": row.train_loss,
            "accuracy": row.train_accuracy,
            "cross_entropy": row.train_cross_entropy,
        }
        self._means.add(len(self._session.subject.split.train), means, ends_epoch=True)
        self._send(EpochDone(row=row, images_per_second=self._speed or 0.0))

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
        self._begin()

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
            self._forget()
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
        self._budget = Budget(_SHARE)
        self._means = MovingMeans(_WINDOW)
        self._speed: float | None = None
        self._forward: float | None = None
        self._has_predicted = False
        split = session.subject.split
        rng = np.random.default_rng(0)
        self._clean, self._validation = (
            RollingMeasurement(rng.permutation(part), split.labels, _PART, _WINDOW)
            for part in (split.clean, split.validation)
        )
        self._begin()

    def _forget(self) -> None:
        """Discards what was measured with other weights."""
        for each in (self._means, self._clean, self._validation):
            each.restart()
        self._answers.forget()

    def _built(self, how: Any, begin: float) -> None:
        session = self._session
        network, subject = session.model.network, session.subject
        self._answers.forget()
        self._send(
            Built(
                how=how,
                experiment=session.experiment,
                layers=describe_layers(network),
                parameters=measure_size(network).parameters,
                classes=subject.dataset.classes,
                dataset=subject.dataset.title,
                validation=subject.validation,
                train_images=len(subject.split.train),
                test_images=len(subject.split.test),
                steps_per_epoch=session.steps_per_epoch,
                steps=self._steps,
                images=session.images_seen,
                seconds=time.perf_counter() - begin,
                policy=self._backend.precision.policy,
            )
        )
        self._sample(running=False)

    # What there is to see.

    def _begin(self) -> None:
        """Starts the clocks, as at the start of a part of the training."""
        self._budget.restart()
        self._next_sample = time.perf_counter()
        self._clock = time.perf_counter()
        self._clock_images = self._session.images_seen
        self._looking = 0.0

    def _observe(self) -> None:
        """Measures and looks, as far as there is time, and sends a sample."""
        now = time.perf_counter()
        session = self._session
        images = session.images_seen - self._clock_images
        elapsed = now - self._clock - self._looking
        if images and elapsed > 0:
            self._speed = images / elapsed
        if elapsed > 1:
            self._clock, self._clock_images, self._looking = now, session.images_seen, 0.0
        with self._budget.spend("read"):
            in_epoch = session.images_seen - session.epochs_done * len(session.subject.split.train)
            means = session.read_means()
            self._means.add(in_epoch, means)
        if not math.isfinite(means["loss"]):
            self._diverge(
                f"the loss became {means['loss']}; a lower learning rate, or some warm-up, may help"
            )
            return
        for name, rolling in (("clean", self._clean), ("validation", self._validation)):
            if self._budget.allows(name, _PART_OF_MEASURING):
                with self._budget.spend(name):
                    self._measure(rolling)
        if self._answers.is_looking and self._budget.allows("look"):
            with self._budget.spend("look"):
                self._send(self._answers.look(session))
        self._sample(running=True)
        self._looking += time.perf_counter() - now
        self._next_sample = time.perf_counter() + _SAMPLE_SECONDS

    def _diverge(self, message: str) -> None:
        """Ends the training until a restart or a snapshot."""
        self._has_diverged = True
        self._send(Diverged(message=message))

    def _measure(self, rolling: RollingMeasurement) -> None:
        """Measures a few images, which also tells how long the forward pass takes."""
        chosen = rolling.choose()
        begin = time.perf_counter()
        rolling.add(chosen, self._session.predict(chosen))
        duration = 1000 * (time.perf_counter() - begin) / len(chosen)
        # The first call compiles.
        self._forward = duration if self._has_predicted else None
        self._has_predicted = True

    def _sample(self, running: bool) -> None:
        session = self._session
        clean, validation = self._clean.read(), self._validation.read()
        means = self._means.read()
        per_image = 1000 / self._speed if self._speed else None
        backward = None if per_image is None or self._forward is None else max(0.0, per_image - self._forward)
        training = session.experiment.training
        self._send(
            Sample(
                running=running and self._may_train,
                complete=session.complete,
                until=self._until,
                steps=self._steps,
                images=session.images_seen,
                epoch=session.images_seen / len(session.subject.split.train),
                learning_rate=session.read_learning_rate(),
                batch_size=training.batch_size,
                penalty=session.read_penalty(),
                loss=means.get("loss"),
                cross_entropy=means.get("cross_entropy"),
                accuracy=means.get("accuracy"),
                **_name("clean", clean),
                **_name("validation", validation),
                images_per_second=self._speed,
                forward=self._forward,
                backward=backward,
            )
        )


def _name(part: str, measurement: Measurement | None) -> dict[str, float]:
    if measurement is None:
        return {}
    return {f"{part}_accuracy": measurement.accuracy, f"{part}_cross_entropy": measurement.cross_entropy}

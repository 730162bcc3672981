"""What there is to see of a training: numbers, measured on a few images at a time, and the inside."""

import math
import time
from collections.abc import Callable

import numpy as np

from reglab.live.messages import Sample
from reglab.live.worker.answers import Answers
from reglab.live.worker.budget import Budget
from reglab.live.worker.window import MovingMeans, RollingMeasurement
from reglab.processes.events import Message
from reglab.runs.history import Epoch
from reglab.training.loop.measurement import Measurement
from reglab.training.session import Session

_SAMPLE_SECONDS = 1.0
_SHARE = 0.02
"""Of the time, for all that is not training. The browser and the server need time too, and a step after
something else is slower; the page promises less than 5 % in all."""
_PART_OF_MEASURING = 0.25
"""Of that time, for clean images, and as much for validation images; looking has what is left."""
_PART = 200
"""Images that are measured at a time: most of the time of a few images would be that of the call."""
_WINDOW = 1000
"""Images in the moving means."""
_FEWEST = 500
"""Images after the end of an epoch whose mean replaces the result of the whole sets."""


class Observer:
    """Measures a session beside its training, as far as the budget allows, and sends what is new.

    Args:
        session: that is observed.
        answers: about it.
        send: receives samples and what is inside.
    """

    def __init__(self, session: Session, answers: Answers, send: Callable[[Message], None]) -> None:
        self._session = session
        self._answers = answers
        self._send = send
        self._budget = Budget(_SHARE)
        self._means = MovingMeans(_WINDOW)
        self._speed: float | None = None
        self._forward: float | None = None
        self._has_predicted = False
        split = session.subject.split
        rng = np.random.default_rng(0)
        self._clean, self._validation = (
            RollingMeasurement(rng.permutation(part), split.labels, _PART, _WINDOW, _FEWEST)
            for part in (split.clean, split.validation)
        )
        self.begin()

    @property
    def speed(self) -> float | None:
        """Images a second, without what is measured beside the training; None before the first sample."""
        return self._speed

    @property
    def is_due(self) -> bool:
        """Whether it is time for the next sample."""
        return time.perf_counter() >= self._next_sample

    def begin(self) -> None:
        """Starts the clocks, as at the start of a part of the training."""
        self._budget.restart()
        self._next_sample = time.perf_counter()
        self._clock = time.perf_counter()
        self._clock_images = self._session.images_seen
        self._looking = 0.0

    def add_epoch(self, row: Epoch) -> None:
        """Adds the means of a finished epoch."""
        means = {
            "loss": row.train_loss,
            "accuracy": row.train_accuracy,
            "cross_entropy": row.train_cross_entropy,
        }
        self._means.add(len(self._session.subject.split.train), means, ends_epoch=True)
        self._clean.replace(Measurement(row.clean_accuracy, row.clean_cross_entropy))
        self._validation.replace(Measurement(row.val_accuracy, row.val_cross_entropy))

    def forget(self) -> None:
        """Discards what was measured with other weights."""
        self._means.restart()
        self.forget_measurements()
        self._answers.forget()

    def forget_measurements(self) -> None:
        """Discards what was measured in inference mode, since the network has changed."""
        for rolling in (self._clean, self._validation):
            rolling.restart()

    def measure_enough(self) -> None:
        """Measures until there is enough for a mean, as after loading, when nothing else is known."""
        for rolling in (self._clean, self._validation):
            while not rolling.is_full:
                self._measure(rolling)

    def observe(self) -> str:
        """Measures and looks, as far as there is time.

        Returns:
            Why the training cannot continue; empty if it can.
        """
        now = time.perf_counter()
        session = self._session
        images = session.images_seen - self._clock_images
        elapsed = now - self._clock - self._looking
        if images and elapsed > 0:
            self._speed = images / elapsed
        if elapsed > 1:
            self._clock, self._clock_images, self._looking = now, session.images_seen, 0.0
        with self._budget.spend("read"):
            means = self._read_means()
        if not math.isfinite(means["loss"]):
            return f"the loss became {means['loss']}; a lower learning rate, or some warm-up, may help"
        for name, rolling in (("clean", self._clean), ("validation", self._validation)):
            if self._budget.allows(name, _PART_OF_MEASURING):
                with self._budget.spend(name):
                    self._measure(rolling)
        if self._answers.is_looking and self._budget.allows("look"):
            with self._budget.spend("look"):
                self._send(self._answers.look(session))
        self._looking += time.perf_counter() - now
        self._next_sample = time.perf_counter() + _SAMPLE_SECONDS
        return ""

    def _read_means(self) -> dict[str, float]:
        session = self._session
        means = session.read_means()
        in_epoch = session.images_seen - session.epochs_done * len(session.subject.split.train)
        # A restored session has no means before its first step.
        if means:
            self._means.add(in_epoch, means)
        return means

    def _measure(self, rolling: RollingMeasurement) -> None:
        """Measures a few images, and the duration of the forward pass."""
        chosen = rolling.choose()
        begin = time.perf_counter()
        rolling.add(chosen, self._session.predict(chosen))
        duration = 1000 * (time.perf_counter() - begin) / len(chosen)
        # The first call compiles.
        self._forward = duration if self._has_predicted else None
        self._has_predicted = True

    def send_sample(self, running: bool, steps: int, until: int) -> None:
        """Sends the numbers of this moment.

        Args:
            running: whether the next step follows.
            steps: of the training so far.
            until: number of steps at which it pauses.
        """
        session = self._session
        if not running and session.images_seen:
            # The last step was not observed, unless a sample was due.
            self._read_means()
        clean, validation = self._clean.read(), self._validation.read()
        means = self._means.read()
        per_image = 1000 / self._speed if self._speed else None
        backward = None if per_image is None or self._forward is None else max(0.0, per_image - self._forward)
        training = session.experiment.training
        self._send(
            Sample(
                running=running,
                complete=session.complete,
                until=until,
                steps=steps,
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

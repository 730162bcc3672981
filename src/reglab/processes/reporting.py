"""Turns the reports of a training into events, and writes them to the standard output of a worker."""

import os
import time

from reglab.processes.events import EpochDone, Message, Note, Progress, Started, Warned, encode
from reglab.runs.history import Epoch
from reglab.training.listener import Listener

_SECONDS_BETWEEN_PROGRESS = 0.1


class EventStream:
    """Sends events to the parent process until it closes the pipe.

    Args:
        descriptor: of the open pipe or file to write to.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def send(self, event: Message) -> None:
        """Writes one line. After an error (a closed pipe, a full disk), further events are dropped."""
        line = encode(event)
        try:
            while line and self._descriptor is not None:
                line = line[os.write(self._descriptor, line) :]
        except OSError:
            self._descriptor = None


class EventListener(Listener):
    """Turns the reports of a training into events.

    Args:
        stream: where to send them.
    """

    def __init__(self, stream: EventStream) -> None:
        self._stream = stream
        self._steps = 1
        self._images = 0
        self._epoch = 0
        self._start = 0.0
        self._sent = 0.0
        self._speed = 0.0

    def begin(self, title: str, epochs: int, epochs_done: int, steps: int, images: int) -> None:
        """Sends `started`."""
        self._steps, self._images = steps, images
        started = Started(title=title, epochs=epochs, epochs_done=epochs_done, steps=steps, images=images)
        self._stream.send(started)

    def begin_epoch(self, epoch: int) -> None:
        """Records the start time of an epoch."""
        self._epoch, self._start = epoch, time.perf_counter()

    def advance(self, step: int) -> None:
        """Sends `progress`, at most ten times a second."""
        now = time.perf_counter()
        self._speed = self._images * step / self._steps / max(now - self._start, 1e-9)
        if now - self._sent >= _SECONDS_BETWEEN_PROGRESS:
            self._sent = now
            self._stream.send(Progress(epoch=self._epoch, step=step, images_per_second=self._speed))

    def end_epoch(self, row: Epoch) -> None:
        """Sends `epoch`."""
        self._stream.send(EpochDone(row=row, images_per_second=self._speed))

    def say(self, message: str) -> None:
        """Sends `note`."""
        self._stream.send(Note(message=message))

    def warn(self, message: str) -> None:
        """Sends `warning`."""
        self._stream.send(Warned(message=message))

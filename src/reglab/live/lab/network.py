"""One network of the page: the worker process that trains it, and what is known of it."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from reglab.experiment import Experiment
from reglab.live.lab.curve import Curve
from reglab.live.messages import (
    Built,
    Change,
    Command,
    Diverged,
    Evaluated,
    Event,
    Looked,
    Predicted,
    Refused,
    Sample,
    Saved,
    Start,
    decode_event,
)
from reglab.processes.events import Advice, EpochDone, Failed, Note, Warned, encode

State = Literal["starting", "running", "paused", "complete", "diverged", "ended"]
_LONGEST_LINE = 2**26
"""Bytes; the pictures of a large network are a few megabytes."""
_PATIENCE = 10.0
"""Seconds until a worker that does not end is killed."""
_SECONDS_TO_EXIT = 1.0
"""From the end of its output to the end of a worker."""
_CAUSES = {"restarted": "restart", "restored": "load"}
"""Commands by how a network was built; the other ways are those of `change`."""


class LiveNetwork:
    """A network that a worker process trains.

    All methods are called in the event loop. An event replaces the attribute of its kind, so that a reader
    sees by identity whether there is something new.

    Attributes:
        origin: what the training has started from.
        built: the last `Built`; None before the network is ready.
        sample: the last `Sample`.
        curve: the samples so far.
        changed_at: images seen when the network was last built again with another experiment.
        looked: the inside for the chosen image.
        evaluated: the last confusion matrix.
        diverged: why the training has diverged; empty otherwise.
        messages: what the worker has reported: advice, warnings, errors.
        end_reason: why the worker has ended; empty while it works.
    """

    def __init__(
        self,
        start: Start,
        log: Path,
        listen: Callable[["LiveNetwork", Event], None],
        curve: Curve | None = None,
    ) -> None:
        """Prepares a worker.

        Args:
            start: what the training starts from.
            log: receives the output of the worker.
            listen: called with each of its events.
            curve: of the same training in another worker; a training of another name drops it.
        """
        self.origin = start
        self.built: Built | None = None
        self.sample: Sample | None = None
        self.curve = Curve() if curve is None else curve
        self.changed_at = 0
        self.looked: Looked | None = None
        self.evaluated: Evaluated | None = None
        self.diverged = ""
        self.messages: deque[str] = deque(maxlen=20)
        self.end_reason = ""
        self._is_answer = False
        self._log = log
        self._listen = listen
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._questions: deque[tuple[str, asyncio.Future[Event]]] = deque()
        self._wanted: Experiment | None = None
        self._change: asyncio.Future[Event] | None = None
        self._sender: asyncio.Task[None] | None = None
        self._is_ending = False

    @property
    def experiment(self) -> Experiment | None:
        """The current experiment, with the changes that the worker has not made yet."""
        if self._wanted is not None:
            return self._wanted
        return self.origin.experiment if self.built is None else self.built.experiment

    @property
    def state(self) -> State:
        """What the network is doing."""
        if self.end_reason:
            return "ended"
        if self.built is None or self.sample is None:
            return "starting"
        if self.diverged:
            return "diverged"
        if self.sample.complete:
            return "complete"
        return "running" if self.sample.running else "paused"

    @property
    def process_id(self) -> int | None:
        """Of the worker; None before it is started."""
        return None if self._process is None else self._process.pid

    async def start(self) -> None:
        """Starts the worker, and returns immediately."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "reglab.live.worker",
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                limit=_LONGEST_LINE,
            )
        self._reader = asyncio.create_task(self._read())
        self.send(self.origin)

    def send(self, command: Command) -> None:
        """Sends a command; has no effect if the worker has ended."""
        if self._process is not None and self._process.stdin is not None and not self.end_reason:
            self._process.stdin.write(encode(command))

    async def ask(self, command: Command) -> Event:
        """Sends a command and waits for its answer, which is `Refused` if it was not carried out."""
        if self.end_reason:
            return Refused(command=command.command, message=self.end_reason)
        future: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self._questions.append((command.command, future))
        self.send(command)
        return await future

    async def change(self, changes: Mapping[str, Any]) -> Event:
        """Changes keys of the experiment, as `Experiment.with_changes` does.

        Changes that are made while the worker still makes another one are sent together, when it is ready.

        Raises:
            ExperimentError: the changed experiment is not valid.
        """
        experiment = self.experiment
        assert experiment is not None
        self._wanted = experiment.with_changes(changes)
        if self._change is None:
            self._change = asyncio.get_running_loop().create_future()
            # The event loop keeps only a weak reference to a task.
            self._sender = asyncio.create_task(self._send_changes(self._change))
        return await asyncio.shield(self._change)

    async def end(self) -> None:
        """Ends the worker."""
        self._is_ending = True
        if self._process is None or self._reader is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(asyncio.shield(self._reader), _PATIENCE)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._reader

    async def _send_changes(self, done: "asyncio.Future[Event]") -> None:
        """Sends the wanted experiment until none is left that the worker does not have."""
        while True:
            sent = self._wanted
            assert sent is not None
            answer = await self.ask(Change(experiment=sent))
            if self._wanted is sent or isinstance(answer, Refused):
                self._wanted = None
                self._change = None
                done.set_result(answer)
                return

    async def _read(self) -> None:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        with suppress(ValueError):
            # ValueError: a line that is longer than the limit; the worker is then useless.
            async for line in process.stdout:
                # The last line of a killed worker may be incomplete.
                if line.endswith(b"\n"):
                    with suppress(ValidationError):
                        self._take(decode_event(line))
        # Killing a process that has just ended would reap it, and the event loop would lose its exit code.
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _SECONDS_TO_EXIT)
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        self._finish(await process.wait())

    def _finish(self, code: int) -> None:
        if not self.end_reason:
            how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
            self.end_reason = "the page has ended it" if self._is_ending else f"it ended with {how}"
        while self._questions:
            command, future = self._questions.popleft()
            if not future.done():
                future.set_result(Refused(command=command, message=self.end_reason))
        self._listen(self, Failed(message=self.end_reason))

    def _take(self, event: Event) -> None:
        match event:
            case Built():
                self._take_built(event)
            case Sample():
                self.sample = event
                self.curve.add(event)
                self._answer_built()
            case Looked():
                self.looked = event
            case Evaluated():
                self.evaluated = event
                self._answer(event, "evaluate")
            case Predicted() | Saved() | Refused():
                self._answer(event, _question_of(event))
            case Diverged():
                self.diverged = event.message
            case Advice() | Warned() | Note():
                if event.message not in self.messages:
                    self.messages.append(event.message)
            case Failed():
                self.end_reason = event.message
            case EpochDone():
                pass
        self._listen(self, event)

    def _take_built(self, event: Built) -> None:
        # The curve up to a snapshot may be that of another worker.
        self.curve.start(event.training)
        if event.how == "restarted":
            self.origin = Start(experiment=event.experiment)
        if event.how in ("started", "restarted", "restored"):
            # The next sample is the first one of this training.
            self.diverged, self.sample = "", None
        # The worker has built the first network without a question.
        self._is_answer = self.built is not None
        if event.how in ("started", "restarted", "rebuilt"):
            # What was seen before says nothing about the new network. A restored one has its own past.
            self.changed_at = event.images
        elif event.how == "restored":
            self.changed_at = 0
        if event.how not in ("none", "in place"):
            self.looked = self.evaluated = None
        self.built = event

    def _answer_built(self) -> None:
        """Answers what has caused the last `Built`, with the first sample, which has the state."""
        if self._is_answer and self.built is not None:
            self._answer(self.built, _CAUSES.get(self.built.how, "change"))
        self._is_answer = False

    def _answer(self, event: Event, asked: str) -> None:
        """Answers the oldest question of a command."""
        for question in self._questions:
            command, future = question
            if command == asked:
                self._questions.remove(question)
                if not future.done():
                    future.set_result(event)
                return


def _question_of(event: Predicted | Saved | Refused) -> str:
    """The command that an event answers."""
    match event:
        case Predicted():
            return event.to
        case Saved():
            return "save"
        case Refused():
            return event.command

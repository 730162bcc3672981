"""How a run looks while it trains: live bars in a terminal, plain lines elsewhere, or nothing."""

import os
import sys
from collections.abc import Iterable
from typing import Literal

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from reglab.runs.history import Epoch
from reglab.training.listener import Listener
from reglab.training.pace import Pace, describe_pace, format_figures, format_seconds

DisplayKind = Literal["live", "plain", "quiet"]

_WIDE = 150
"""Cells that a long title, the bar and its details take side by side."""


class PlainDisplay(Listener):
    """One line an epoch, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._pace = Pace()
        self._title = ""

    def begin(self, title: str, epochs: int, epochs_done: int, steps: int, images: int) -> None:
        """Names the run."""
        self._title = title
        self._pace.begin(epochs, epochs_done, steps, images)
        if epochs_done:
            self.say(f"{title}: goes on after epoch {epochs_done} of {epochs}")

    def begin_epoch(self, epoch: int) -> None:
        """Starts the clock."""
        self._pace.begin_epoch(epoch)

    def advance(self, step: int) -> None:
        """Counts."""
        self._pace.advance(step)

    def end_epoch(self, row: Epoch) -> None:
        """Prints the line."""
        pace = self._pace
        self.say(
            f"{self._title}: epoch {row.epoch}/{pace.epochs}  {pace.images_per_second:.0f} images/s  "
            f"{format_figures(row)}  {format_seconds(pace.seconds_left(row))} left"
        )

    def say(self, message: str) -> None:
        """Prints a line."""
        self._console.print(message, markup=False, emoji=False, highlight=False, soft_wrap=True)


class LiveDisplay(Listener):
    """A bar that moves with every step, the last figures beside it or, in a narrow terminal, below."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._pace = Pace()
        self._progress = _Bar(self._pace, console)
        self._task = self._progress.add_task("", total=1)

    def begin(self, title: str, epochs: int, epochs_done: int, steps: int, images: int) -> None:
        """Shows the bar."""
        self._pace.begin(epochs, epochs_done, steps, images)
        self._progress.update(
            self._task, description=title, total=epochs * steps, completed=epochs_done * steps
        )
        self._progress.start()

    def begin_epoch(self, epoch: int) -> None:
        """Starts the clock."""
        self._pace.begin_epoch(epoch)

    def advance(self, step: int) -> None:
        """Moves the bar."""
        self._pace.advance(step)
        self._progress.update(self._task, completed=self._pace.steps_done)

    def end_epoch(self, row: Epoch) -> None:
        """Shows the epoch's figures beside the bar."""
        self._pace.last = row

    def say(self, message: str) -> None:
        """Prints a line above the bar."""
        self._console.print(message, markup=False, emoji=False, highlight=False, soft_wrap=True)

    def end(self) -> None:
        """Takes the bar away."""
        self._progress.stop()


class _Bar(Progress):
    """A bar with a training's details: beside it where they have room, below it elsewhere."""

    def __init__(self, pace: Pace, console: Console) -> None:
        self._pace = pace
        self._wide = console.width >= _WIDE
        bar = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=24))
        columns = (*bar, _Detail(pace)) if self._wide else bar
        super().__init__(*columns, console=console, transient=True, refresh_per_second=4)

    def get_renderables(self) -> Iterable[RenderableType]:
        """The bar, and what is below it."""
        yield from super().get_renderables()
        if not self._wide:
            for line in describe_pace(self._pace):
                yield Text(line)


class _Detail(ProgressColumn):
    """The details beside the bar."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self._pace = pace

    def render(self, task: Task) -> Text:
        """The text beside the bar."""
        return Text(" · ".join(describe_pace(self._pace)))


class _PatientConsole(Console):
    """A console whose reader may leave, as `head` does: the training goes on, and shows nothing more."""

    def on_broken_pipe(self) -> None:
        """Goes on without a reader."""
        self.quiet = True
        silence_output()


def silence_output() -> None:
    """Sends standard output nowhere; what is still to be flushed would end the process with an error."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def build_display(kind: DisplayKind) -> Listener:
    """The display that was asked for, on standard output."""
    if kind == "quiet":
        return Listener()
    console = _PatientConsole()
    return LiveDisplay(console) if kind == "live" else PlainDisplay(console)

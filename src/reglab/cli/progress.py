"""Progress of a run: a live bar in a terminal, plain lines elsewhere, or problems only."""

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from reglab.analysis.metrics import describe_epoch, format_seconds
from reglab.cli.console import build_console, can_move_cursor, discard_output, print_error
from reglab.processes import events
from reglab.processes.events import Event
from reglab.runs.history import Epoch


class QuietProgress:
    """Shows errors and warnings only, on standard error; a context manager for one run."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Ends the progress of a run."""

    def show(self, event: Event) -> None:
        """Shows one event."""
        if isinstance(event, events.Failed | events.Warned):
            print_error(event.message)


class PlainProgress(QuietProgress):
    """One line per epoch, for logs and pipes."""

    def __init__(self, console: Console, shown: set[str]) -> None:
        """Writes to a console; the advice in `shown` was printed by earlier runs and is not repeated."""
        self._console = console
        self._shown = shown
        self._started: events.Started | None = None

    def show(self, event: Event) -> None:
        """Shows one event."""
        super().show(event)
        match event:
            case events.Started():
                self._started = event
                self._start(event)
            case events.Note():
                self._print(event.message)
            case events.Advice() if event.message not in self._shown:
                self._shown.add(event.message)
                print_error(f"advice: {event.message}")
            case events.EpochDone() if self._started is not None:
                self._end_epoch(self._started, event)
            case events.Progress() if self._started is not None:
                self._advance(self._started, event)

    def _start(self, started: events.Started) -> None:
        if started.epochs_done:
            self._print(f"{started.title}: resumes after epoch {started.epochs_done} of {started.epochs}")

    def _advance(self, started: events.Started, progress: events.Progress) -> None:
        """Prints nothing: there is one line per epoch."""

    def _end_epoch(self, started: events.Started, epoch: events.EpochDone) -> None:
        row = epoch.row
        left = (started.epochs - row.epoch) * row.seconds
        self._print(
            f"{started.title}: epoch {row.epoch}/{started.epochs}  {epoch.images_per_second:.0f} images/s  "
            f"{describe_epoch(row)}  {format_seconds(left)} left"
        )

    def _print(self, message: str) -> None:
        try:
            self._console.print(message, markup=False, emoji=False, highlight=False, soft_wrap=True)
        except OSError as error:
            self._console.quiet = True
            discard_output(error)


class LiveProgress(PlainProgress):
    """A bar that is updated at every step; below it speed, time left, and the figures of the last epoch."""

    def __init__(self, console: Console, shown: set[str]) -> None:
        super().__init__(console, shown)
        self._bar = _Bar(console)
        self._row: Epoch | None = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Removes the bar."""
        self._bar.stop()

    def show(self, event: Event) -> None:
        """Shows one event; removes the bar before a message is printed."""
        if not isinstance(event, events.Started | events.Progress | events.EpochDone):
            self._bar.stop()
        super().show(event)

    def _start(self, started: events.Started) -> None:
        total, done = started.epochs * started.steps, started.epochs_done * started.steps
        self._bar.add_task(started.title, total=total, completed=done)
        self._move(started, min(started.epochs_done + 1, started.epochs), done, 0.0)

    def _advance(self, started: events.Started, progress: events.Progress) -> None:
        done = (progress.epoch - 1) * started.steps + progress.step
        self._move(started, progress.epoch, done, progress.images_per_second)

    def _end_epoch(self, started: events.Started, epoch: events.EpochDone) -> None:
        self._row = epoch.row
        self._move(started, epoch.row.epoch, epoch.row.epoch * started.steps, epoch.images_per_second)

    def _move(self, started: events.Started, epoch: int, done: int, speed: float) -> None:
        details = f"epoch {epoch}/{started.epochs} · {speed:.0f} images/s"
        self._bar.below = [details]
        if self._row is not None:
            left = (started.epochs - done / started.steps) * self._row.seconds
            self._bar.below = [f"{details} · {format_seconds(left)} left", describe_epoch(self._row)]
        self._bar.update(self._bar.task_ids[0], completed=done)
        self._bar.start()


class _Bar(Progress):
    """A bar with lines of text below it."""

    def __init__(self, console: Console) -> None:
        self.below: list[str] = []
        super().__init__(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            console=console,
            transient=True,
            refresh_per_second=4,
            # Redirection would print standard error on the terminal, even if the user has sent it to a file.
            redirect_stderr=False,
        )

    def get_renderables(self) -> Iterable[RenderableType]:
        """The bar, and the lines below it."""
        yield from super().get_renderables()
        yield from map(Text, self.below)


def build_progress(quiet: bool, shown: set[str]) -> QuietProgress:
    """Progress of one run on standard output.

    Args:
        quiet: whether to show errors and warnings only.
        shown: advice that was printed before; new advice is added to it.
    """
    if quiet:
        return QuietProgress()
    return (LiveProgress if can_move_cursor() else PlainProgress)(build_console(), shown)

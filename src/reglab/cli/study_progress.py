"""Progress of many runs: a live table in a terminal, plain lines elsewhere, or problems only."""

import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from reglab.analysis.metrics import ACCURACY_GAP, VALIDATION_ACCURACY, Metric, format_seconds
from reglab.cli.console import build_console, can_move_cursor, discard_output, print_error
from reglab.cli.outcome import report_outcome
from reglab.processes import events
from reglab.processes.events import Event
from reglab.processes.launch import Outcome
from reglab.report.tables.grid import Column, Grid
from reglab.runs.history import Epoch
from reglab.study.estimate import USUAL_IMAGES
from reglab.study.plan import PlannedRun

_SECONDS_BETWEEN_LINES = 60.0


class _State:
    """What is known of a run that is trained."""

    def __init__(self, run: PlannedRun) -> None:
        self.run = run
        self.epochs = run.experiment.training.epochs
        self.share = 0.0
        """Of its steps that are done, from 0 to 1."""
        self.epoch = 0
        self.speed = 0.0
        self.row: Epoch | None = None
        self.steps = 1

    @property
    def name(self) -> str:
        """Title and seed."""
        return f"{self.run.experiment.label}, seed {self.run.experiment.training.seed}"

    def take(self, event: Event) -> None:
        """Takes over what an event reports."""
        match event:
            case events.Started():
                self.epochs, self.steps = event.epochs, event.steps
                self._move(event.epochs_done, 0)
            case events.Progress():
                self._move(event.epoch - 1, event.step)
                self.speed = event.images_per_second
            case events.EpochDone():
                self._move(event.row.epoch, 0)
                self.speed, self.row = event.images_per_second, event.row

    def _move(self, epochs: int, step: int) -> None:
        self.epoch = min(epochs + 1, self.epochs)
        self.share = (epochs + step / self.steps) / self.epochs


class StudyProgress:
    """Shows errors and warnings, each with its run, and the last line of each run; a context manager.

    Args:
        runs: of the plan; those that are complete count as done.
        quiet: whether nothing else is shown.
    """

    def __init__(self, runs: Sequence[PlannedRun], quiet: bool = False) -> None:
        self._quiet = quiet
        self._total = len(runs)
        self._ended = sum(run.state == "complete" for run in runs)
        self._work_left = sum(_count_work(run) for run in runs if run.state != "complete")
        self._work_done = 0.0
        self._begin = time.monotonic()
        self._running: dict[Path, _State] = {}
        self._advice: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Ends the progress."""

    def show(self, run: PlannedRun, message: Event | Outcome) -> None:
        """Shows an event of a run, or its end."""
        if isinstance(message, Outcome):
            self._end(run, message)
            return
        state = self._running.setdefault(run.directory.path, _State(run))
        before = state.share
        state.take(message)
        work = (state.share - before) * _count_work(run)
        self._work_left -= work
        if not isinstance(message, events.Started):
            # The epochs of an earlier attempt say nothing about the speed now.
            self._work_done += work
        match message:
            case events.Failed() | events.Warned():
                print_error(f"{state.name}: {message.message}")
            case events.Advice() if not self._quiet and message.message not in self._advice:
                self._advice.add(message.message)
                print_error(f"advice: {message.message}")
        self._refresh()

    def describe(self) -> str:
        """How many runs have ended, and the time left."""
        left = ""
        if self._work_done > 0:
            seconds = (time.monotonic() - self._begin) * self._work_left / self._work_done
            left = f", about {format_seconds(max(0.0, seconds))} left"
        return f"{self._ended} of {self._total} runs ended{left}"

    def _end(self, run: PlannedRun, outcome: Outcome) -> None:
        state = self._running.pop(run.directory.path, _State(run))
        self._work_left -= (1 - state.share) * _count_work(run)
        self._ended += 1
        try:
            report_outcome(outcome, run.experiment.label, run.experiment.training.seed)
        except OSError as error:
            # The reader of a pipe has exited, or the disk is full; the rest is still trained.
            discard_output(error)
        self._refresh()

    def _refresh(self) -> None:
        """Shows what has changed."""


class PlainStudyProgress(StudyProgress):
    """A line for each run, and once a minute one about those that are trained."""

    def __init__(self, runs: Sequence[PlannedRun]) -> None:
        super().__init__(runs)
        self._next = time.monotonic() + _SECONDS_BETWEEN_LINES

    def _refresh(self) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _SECONDS_BETWEEN_LINES
        training = [f"{state.name}: epoch {state.epoch}/{state.epochs}" for state in self._running.values()]
        try:
            click.echo("; ".join((self.describe(), *training)))
        except OSError as error:
            discard_output(error)


class LiveStudyProgress(StudyProgress):
    """A table of the runs that are trained, below the lines of those that have ended."""

    def __init__(self, runs: Sequence[PlannedRun], console: Console) -> None:
        super().__init__(runs)
        self._live = Live(
            console=console,
            transient=True,
            refresh_per_second=4,
            get_renderable=self._draw,
            # Redirection would print standard error on the terminal, even if the user has sent it to a file.
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Removes the table."""
        self._live.stop()

    def _draw(self) -> RenderableType:
        states = list(self._running.values())
        columns = (
            Column("run", tuple(state.name for state in states), 1, numeric=False),
            Column("epoch", tuple(f"{state.epoch}/{state.epochs}" for state in states), 2),
            Column("done", tuple(f"{state.share:.0%}" for state in states), 5),
            Column("validation", tuple(_write(state.row, VALIDATION_ACCURACY) for state in states), 3),
            Column("gap, points", tuple(_write(state.row, ACCURACY_GAP) for state in states), 4),
            Column("images/s", tuple(f"{state.speed:,.0f}" for state in states), 6),
        )
        return Group(*([Grid(columns)] if states else []), Text(self.describe()))


def build_study_progress(runs: Sequence[PlannedRun], quiet: bool) -> StudyProgress:
    """Progress of many runs on standard output.

    Args:
        runs: of the plan.
        quiet: whether to show errors, warnings and the last line of each run only.
    """
    if quiet:
        return StudyProgress(runs, quiet=True)
    return LiveStudyProgress(runs, build_console()) if can_move_cursor() else PlainStudyProgress(runs)


def _count_work(run: PlannedRun) -> float:
    """The work of a run, proportional to its time."""
    data = run.experiment.data
    images = data.subset.train if data.subset and data.subset.train else USUAL_IMAGES
    return float(run.experiment.training.epochs * images * run.size.multiply_adds)


def _write(row: Epoch | None, metric: Metric) -> str:
    return "" if row is None else metric.format(metric.read(row))

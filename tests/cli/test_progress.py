"""Progress of a run: a live bar, plain lines, or problems only."""

import io
import re

import pytest
from rich.console import Console

from reglab.cli.progress import (
    LiveProgress,
    PlainProgress,
    QuietProgress,
    build_progress,
)
from reglab.processes import events
from reglab.processes.events import Event
from reglab.runs.history import Epoch

FIGURES = "clean 62.3 %  validation 51.0 %  gap 11.3 points"


def done(number: int) -> events.EpochDone:
    row = Epoch(number, 20.0, 1e-3, 1.0, 0.5, 1.0, 0.9, 0.623, 1.1, 0.51, 0.0, 0.113, 0.2)
    return events.EpochDone(row=row, images_per_second=100.0)


def started(epochs_done: int = 0) -> events.Started:
    title = ":dog: [bold], seed 0"
    return events.Started(title=title, epochs=3, epochs_done=epochs_done, steps=10, images=1000)


def play(progress: QuietProgress, epochs_done: int = 0) -> None:
    """A run of three epochs with one event of each kind."""
    with progress:
        for event in (
            events.Advice(message="[red] advice :dog:"),
            events.Note(message="[red] note :dog:"),
            events.Warned(message="[red] warning :dog:"),
            started(epochs_done),
        ):
            progress.show(event)
        for epoch in range(epochs_done + 1, 4):
            progress.show(events.Progress(epoch=epoch, step=5, images_per_second=125.0))
            progress.show(done(epoch))
        progress.show(events.Failed(message="[red] failed :dog:"))


def screen(width: int = 100) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=width, legacy_windows=False, _environ={})


def drawn(progress: LiveProgress, *shown: Event) -> tuple[float, list[str]]:
    """Completed steps, and the lines of the bar, after some events."""
    for event in shown:
        progress.show(event)
    paper = Console(file=io.StringIO(), record=True, force_terminal=True, width=100, _environ={})
    paper.print(progress._bar.get_renderable())
    lines = [line.rstrip() for line in paper.export_text().splitlines()]
    assert re.fullmatch(r":dog: \[bold\], seed 0 [━╸╺]{24}", lines[0])
    return progress._bar.tasks[0].completed, lines[1:]


def test_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """One line per epoch with speed, accuracies, gap and time left; markup is text, lines do not wrap."""
    page = io.StringIO()
    play(PlainProgress(Console(file=page, width=30), set()))
    assert page.getvalue().splitlines() == [
        "[red] note :dog:",
        f":dog: [bold], seed 0: epoch 1/3  100 images/s  {FIGURES}  40 s left",
        f":dog: [bold], seed 0: epoch 2/3  100 images/s  {FIGURES}  20 s left",
        f":dog: [bold], seed 0: epoch 3/3  100 images/s  {FIGURES}  0 s left",
    ]
    message = "advice: [red] advice :dog:\n[red] warning :dog:\n[red] failed :dog:\n"
    assert capsys.readouterr() == ("", message)


def test_plain_lines_of_a_resumed_run() -> None:
    """The first line has the epoch after which the run resumes."""
    page = io.StringIO()
    play(PlainProgress(Console(file=page), set()), epochs_done=2)
    _, resumes, epoch = page.getvalue().splitlines()
    assert resumes == ":dog: [bold], seed 0: resumes after epoch 2 of 3"
    assert epoch.startswith(":dog: [bold], seed 0: epoch 3/3  100 images/s")


def test_advice_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    """The next run does not repeat it."""
    shown: set[str] = set()
    for _ in range(2):
        PlainProgress(Console(file=io.StringIO()), shown).show(events.Advice(message="a"))
    assert capsys.readouterr().err == "advice: a\n"


def test_the_bar_in_every_state() -> None:
    """Completed steps; below them epoch, speed and time left, and the figures of the last epoch."""
    with LiveProgress(screen(), set()) as progress:
        step = events.Progress(epoch=1, step=5, images_per_second=125.0)
        later = events.Progress(epoch=2, step=5, images_per_second=500.0)
        assert drawn(progress, started()) == (0, ["epoch 1/3 · 0 images/s"])
        assert drawn(progress, step) == (5, ["epoch 1/3 · 125 images/s"])
        expected = ["epoch 2/3 · 500 images/s · 30 s left", FIGURES]
        assert drawn(progress, done(1), later) == (15, expected)
        assert drawn(progress, done(3)) == (30, ["epoch 3/3 · 100 images/s · 0 s left", FIGURES])


def test_the_bar_of_a_resumed_run() -> None:
    """The bar starts with two of three epochs completed."""
    with LiveProgress(screen(), set()) as progress:
        assert drawn(progress, started(2)) == (20, ["epoch 3/3 · 0 images/s"])


def test_the_bar_is_removed() -> None:
    """Notes remain on the screen; the cursor is visible again."""
    console = screen()
    play(LiveProgress(console, set()))
    assert isinstance(console.file, io.StringIO)
    output = console.file.getvalue()
    assert "[red] note :dog:\n" in output
    assert output.endswith("\x1b[2K")
    assert output.count("\x1b[?25l") == output.count("\x1b[?25h") == 1


def test_quiet_shows_problems_only(capfd: pytest.CaptureFixture[str]) -> None:
    """Warnings and failures, on standard error."""
    play(build_progress(quiet=True, shown=set()))
    assert capfd.readouterr() == ("", "[red] warning :dog:\n[red] failed :dog:\n")


def test_output_that_is_not_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """There are plain lines on standard output."""
    progress = build_progress(quiet=False, shown=set())
    assert type(progress) is PlainProgress
    progress.show(events.Note(message="a line"))
    assert capsys.readouterr() == ("a line\n", "")

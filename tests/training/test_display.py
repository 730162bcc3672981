"""What a training shows: a moving bar, plain lines, or nothing."""

import io
import re
import sys
from typing import Any

import pytest
from reglab.training.display import LiveDisplay, PlainDisplay, build_display
from rich.console import Console

from reglab.runs.history import Epoch
from reglab.training.listener import Listener


def _row(number: int, seconds: float = 20.0) -> Epoch:
    return Epoch(number, seconds, 1e-3, 1.0, 0.5, 1.0, 0.9, 0.623, 1.1, 0.51, 0.0, 0.113, 0.2)


def _play(display: Listener, clock: Any, epochs_done: int = 0) -> None:
    """Three epochs of ten steps and 1,000 images, ten seconds of training each."""
    display.begin(":dog: [bold], seed 0", 3, epochs_done, 10, 1000)
    for epoch in range(epochs_done + 1, 4):
        display.begin_epoch(epoch)
        for step in range(1, 11):
            clock.now += 1
            display.advance(step)
        display.end_epoch(_row(epoch))
    display.say("[red] done :dog:")
    display.end()


def test_plain_lines_whole(clock: Any) -> None:
    """One line an epoch with speed, accuracies, gap and time left; markup is text, nothing wraps."""
    page = io.StringIO()
    _play(PlainDisplay(Console(file=page, width=30)), clock)
    figures = "100 images/s  clean 62.3%  validation 51.0%  gap +11.3 points"
    assert page.getvalue().splitlines() == [
        f":dog: [bold], seed 0: epoch 1/3  {figures}  40 s left",
        f":dog: [bold], seed 0: epoch 2/3  {figures}  20 s left",
        f":dog: [bold], seed 0: epoch 3/3  {figures}  0 s left",
        "[red] done :dog:",
    ]


def test_plain_lines_of_a_resumed_run(clock: Any) -> None:
    """It says where it goes on."""
    page = io.StringIO()
    _play(PlainDisplay(Console(file=page)), clock, epochs_done=2)
    lines = page.getvalue().splitlines()
    assert lines[0] == ":dog: [bold], seed 0: goes on after epoch 2 of 3"
    assert lines[1].startswith(":dog: [bold], seed 0: epoch 3/3  100 images/s")
    assert len(lines) == 3


def test_live_bar_tells_how_far_it_is(clock: Any) -> None:
    """Title, epoch, speed, time left and the last epoch's figures, in every state of the bar."""
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=160, legacy_windows=False, _environ={})
    display = LiveDisplay(console)
    seen = []
    display.begin("CNN, seed 0", 3, 0, 10, 1000)
    seen.append(_bar(display))
    display.begin_epoch(1)
    clock.now += 4
    display.advance(5)
    seen.append(_bar(display))
    display.end_epoch(_row(1))
    display.begin_epoch(2)
    clock.now += 1
    display.advance(5)
    seen.append(_bar(display))
    display.end()
    assert seen == [
        ("CNN, seed 0", 0, "epoch 1/3 · 0 images/s"),
        ("CNN, seed 0", 5, "epoch 1/3 · 125 images/s"),
        (
            "CNN, seed 0",
            15,
            "epoch 2/3 · 500 images/s · 30 s left · clean 62.3%  validation 51.0%  gap +11.3 points",
        ),
    ]
    assert "CNN, seed 0" in screen.getvalue()


def test_live_bar_of_a_narrow_terminal(clock: Any) -> None:
    """The details are below the bar, where they fit; a title in brackets is text."""
    console = Console(file=io.StringIO(), force_terminal=True, width=80, _environ={})
    display = LiveDisplay(console)
    display.begin("CNN [bold]", 3, 0, 10, 1000)
    display.begin_epoch(1)
    clock.now += 10
    display.advance(10)
    display.end_epoch(_row(1))
    bar, *below = _draw(display, 80).splitlines()
    display.end()
    assert re.fullmatch(r"CNN \[bold\] [━╸╺]{24} *", bar)
    assert [line.rstrip() for line in below] == [
        "epoch 1/3 · 100 images/s · 40 s left",
        "clean 62.3%  validation 51.0%  gap +11.3 points",
    ]


def test_live_bar_of_a_resumed_run_starts_where_it_was(clock: Any) -> None:
    """Two of three epochs are full already."""
    console = Console(file=io.StringIO(), force_terminal=True, width=160, _environ={})
    display = LiveDisplay(console)
    display.begin("CNN", 3, 2, 10, 1000)
    assert _bar(display)[1:] == (20, "epoch 2/3 · 0 images/s")
    display.begin_epoch(3)
    display.advance(1)
    assert _bar(display)[1] == 21
    display.end()


def test_live_display_takes_its_bar_away(clock: Any) -> None:
    """What was said stays on the screen, above it; the cursor comes back."""
    screen = io.StringIO()
    _play(LiveDisplay(Console(file=screen, force_terminal=True, width=160, _environ={})), clock)
    assert "[red] done :dog:\n" in screen.getvalue()
    assert screen.getvalue().endswith("\x1b[2K")
    assert screen.getvalue().count("\x1b[?25l") == screen.getvalue().count("\x1b[?25h") == 1


def test_quiet_shows_nothing(clock: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """Not a byte."""
    _play(Listener(), clock)
    assert capfd.readouterr() == ("", "")


def test_displays_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    """Each kind that can be ordered, on standard output."""
    assert sys.stdout is not None
    assert [type(build_display(kind)) for kind in ("live", "plain", "quiet")] == [
        LiveDisplay,
        PlainDisplay,
        Listener,
    ]
    build_display("plain").say("a line")
    assert capsys.readouterr() == ("a line\n", "")


def _bar(display: LiveDisplay) -> tuple[str, float, str]:
    """Title, steps done and the text beside the bar, as they are drawn now."""
    match = re.fullmatch(r"(.*?) +[━╸╺]+ +(.*?)\s*", _draw(display, 160))
    assert match is not None
    return match[1], display._progress.tasks[0].completed, match[2]


def _draw(display: LiveDisplay, width: int) -> str:
    paper = Console(file=io.StringIO(), record=True, force_terminal=True, width=width, _environ={})
    paper.print(display._progress.get_renderable())
    return paper.export_text()

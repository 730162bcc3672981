"""Progress of many runs: the table in a terminal, lines elsewhere, the time left."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from reglab.cli import study_progress
from reglab.cli.study_progress import LiveStudyProgress, PlainStudyProgress, StudyProgress
from reglab.experiment import Experiment
from reglab.processes.events import Advice, EpochDone, Failed, Progress, Started
from reglab.processes.launch import Outcome
from reglab.processes.outline import NetworkSize
from reglab.runs.history import Epoch
from reglab.runs.layout import RunDirectory
from reglab.study.plan import PlannedRun

NET = Experiment.from_mapping({"name": "net", "title": "Net", "data": {"dataset": "synthetic"}})
ROW = Epoch(10, 5.0, 0.001, 2.1, 0.3, 2.0, 1.9, 0.35, 0.0, 0.3, 2.0, 0.05, 0.1)


@pytest.fixture
def runs() -> list[PlannedRun]:
    """Three runs of 40 epochs, the first of which is complete."""
    size = NetworkSize(parameters=10, multiply_adds=10)
    return [
        PlannedRun(NET.with_seed(seed), RunDirectory(Path(f"net/seed-{seed}")), state, "", size, 1)
        for seed, state in enumerate(("complete", "new", "new"))
    ]


@pytest.fixture
def pass_seconds(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock."""
    now = 0.0

    def move(seconds: float) -> None:
        nonlocal now
        now += seconds

    monkeypatch.setattr(study_progress.time, "monotonic", lambda: now)
    return move


def start(run: PlannedRun, epochs_done: int = 0) -> Started:
    return Started(title="", epochs=40, epochs_done=epochs_done, steps=10, images=1000)


def test_time_left(runs: list[PlannedRun], pass_seconds: Callable[[float], None]) -> None:
    """In proportion to the work; epochs of an earlier attempt do not count as work of this one."""
    progress = StudyProgress(runs, quiet=True)
    assert progress.describe() == "1 of 3 runs ended"
    progress.show(runs[1], start(runs[1], epochs_done=20))
    assert progress.describe() == "1 of 3 runs ended"
    pass_seconds(60)
    progress.show(runs[1], EpochDone(row=ROW.__class__(**{**vars(ROW), "epoch": 30}), images_per_second=1.0))
    # Ten epochs took a minute; ten of this run and forty of the next are left.
    assert progress.describe() == "1 of 3 runs ended, about 5 min left"


def test_the_table(runs: list[PlannedRun], pass_seconds: Callable[[float], None]) -> None:
    """One row for each run that is trained."""
    output = io.StringIO()
    console = Console(file=output, width=100)
    progress = LiveStudyProgress(runs, console)
    for run in runs[1:]:
        progress.show(run, start(run))
    progress.show(runs[1], EpochDone(row=ROW, images_per_second=1234.0))
    progress.show(runs[2], Progress(epoch=3, step=5, images_per_second=99.0))
    console.print(progress._draw())
    text = output.getvalue()
    rows = [line.split() for line in text.splitlines() if line.startswith("Net")]
    assert rows == [
        ["Net,", "seed", "1", "11/40", "25%", "30.0", "%", "5.0", "1,234"],
        ["Net,", "seed", "2", "3/40", "6%", "99"],
    ]


def test_plain_lines(
    runs: list[PlannedRun], pass_seconds: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """One line a minute about the runs that are trained."""
    progress = PlainStudyProgress(runs)
    progress.show(runs[1], start(runs[1]))
    pass_seconds(60)
    progress.show(runs[1], Progress(epoch=2, step=0, images_per_second=1.0))
    progress.show(runs[1], Progress(epoch=2, step=1, images_per_second=1.0))
    line = "1 of 3 runs ended, about 79 min left; Net, seed 1: epoch 2/40\n"
    assert capsys.readouterr().out == line


def test_messages(runs: list[PlannedRun], capsys: pytest.CaptureFixture[str]) -> None:
    """Advice once, errors with their run, and the end of each run."""
    progress = PlainStudyProgress(runs)
    for run in runs[1:]:
        progress.show(run, Advice(message="be careful"))
    progress.show(runs[1], Failed(message="it broke"))
    progress.show(runs[1], Outcome(runs[1].directory, 1))
    assert capsys.readouterr().err.splitlines() == [
        "advice: be careful",
        "Net, seed 1: it broke",
        "Net, seed 1: not trained; the same command starts it again",
    ]
    assert progress.describe() == "2 of 3 runs ended"

"""Runs handed to processes of their own, and how their ends are told."""

import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reglab.experiment import Experiment
from reglab.processes.launch import Outcome, run_experiment
from reglab.processes.worker import Order
from reglab.runs.history import read_history
from reglab.runs.layout import RunDirectory
from reglab.runs.status import read_status
from reglab.runs.summary import read_summary


def test_a_run_in_a_process_of_its_own(
    make_experiment: Callable[..., Experiment],
    pictures: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Trained to the end without a word; asked for again, it is skipped, or only tidied up."""
    experiment = make_experiment(epochs=1)
    run = RunDirectory(tmp_path / "results" / "tiny" / "seed-0")
    outcome = run_experiment(experiment, tmp_path / "results", pictures, fresh=False, display="quiet")
    assert capfd.readouterr() == ("", "")
    assert outcome == Outcome(run, 0)
    assert read_status(run.status).state == "complete"
    assert (read_summary(run.summary).epochs, read_summary(run.summary).precision) == (1, "float32")
    written = run.status.stat().st_mtime_ns
    again = run_experiment(experiment, tmp_path / "results", pictures, fresh=False, display="quiet")
    assert again == Outcome(run, 0, skipped=True)
    run.checkpoint.mkdir()
    tidied = run_experiment(experiment, tmp_path / "results", pictures, fresh=False, display="quiet")
    assert (tidied, run.checkpoint.exists()) == (Outcome(run, 0), False)
    assert run.status.stat().st_mtime_ns == written


def test_a_loss_that_is_no_number_fails_the_run(
    make_experiment: Callable[..., Experiment],
    pictures: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """θ ← −2 θ a step and what the cross-entropy adds: whole epochs are kept, the last one is told."""
    experiment = make_experiment(
        regularizers={"l2": {"strength": 1.0}}, optimizer={"name": "sgd", "learning_rate": 1.5}, epochs=60
    )
    outcome = run_experiment(experiment, tmp_path / "results", pictures, fresh=False, display="quiet")
    run = outcome.run
    assert outcome == Outcome(RunDirectory(tmp_path / "results" / "tiny" / "seed-0"), 1)
    out, message = capfd.readouterr()
    status = read_status(run.status)
    done = status.epochs_done
    told = re.fullmatch(
        rf"\w+ became (nan|inf) in epoch {done + 1}; "
        r"a lower training\.optimizer\.learning_rate, or some warm-up, may help\n",
        message,
    )
    assert told is not None, message
    assert out == ""
    assert (status.state, status.message) == ("failed", message.rstrip())
    assert 1 <= done == len(read_history(run.history).rows) < 60
    assert not run.summary.exists()


class _Process:
    """A worker that is replaced: it notes what it is told, and ends as the test wants."""

    def __init__(self, *ends: Any, hears: bool = True) -> None:
        self.ends = list(ends)
        self.hears = hears
        self.stdin = self
        self.order = b""
        self.closed = False

    def __call__(self, command: list[str], stdin: int) -> "_Process":
        return self

    def write(self, data: bytes) -> None:
        if not self.hears:
            raise BrokenPipeError
        self.order += data

    def flush(self) -> None:
        """Written already."""

    def close(self) -> None:
        self.closed = True

    def wait(self) -> int:
        end = self.ends.pop(0)
        if isinstance(end, type):
            raise end
        return int(end)


@pytest.mark.parametrize(
    ("process", "code", "killed_by"),
    [
        (_Process(0), 0, ""),
        (_Process(1), 1, ""),
        (_Process(2), 2, ""),
        (_Process(130), 130, ""),
        (_Process(-9), 1, "SIGKILL"),
        (_Process(KeyboardInterrupt, 0), 130, ""),
        (_Process(2, hears=False), 2, ""),
    ],
)
def test_ends_are_told(
    make_experiment: Callable[..., Experiment],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    process: _Process,
    code: int,
    killed_by: str,
) -> None:
    """The worker's exit code, the signal that killed it, Ctrl-C; its input is closed, Ctrl-C works again."""
    monkeypatch.setattr(subprocess, "Popen", process)
    experiment = make_experiment()
    outcome = run_experiment(experiment, tmp_path, None, fresh=True, display="live")
    assert outcome == Outcome(RunDirectory(tmp_path / "tiny" / "seed-0"), code, killed_by=killed_by)
    assert (process.closed, process.ends) == (True, [])
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    if process.hears:
        assert Order.model_validate_json(process.order) == Order(
            experiment=experiment, results=tmp_path, data_directory=None, fresh=True, display="live"
        )

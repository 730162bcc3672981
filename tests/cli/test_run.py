"""`reglab run`: real trainings in separate processes."""

import os
import re
import resource
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reglab.runs.history import read_history
from reglab.runs.integrity import check_results
from reglab.runs.layout import RunDirectory
from reglab.runs.status import read_status
from reglab.runs.summary import read_summary

Command = Callable[..., Any]
FIGURES = r"\d+ images/s  clean \d+\.\d %  validation \d+\.\d %  gap -?\d+\.\d points  \d+ (s|min) left"
RESULT = (
    r"validation accuracy \(held-out 25 % of train\) (\d+\.\d %), best (\d+\.\d %) in epoch (\d+), "
    r"gap -?\d+\.\d points, test accuracy \d+\.\d %, \d+ (?:s|min), "
)
FILES = {
    "curves.png",
    "environment.json",
    "experiment.yaml",
    "history.csv",
    "lock",
    "log.txt",
    "model.keras",
    "model.weights.h5",
    "predictions.npz",
    "status.json",
    "summary.json",
}
TOO_FAST = re.compile(
    r"(\w+ became (nan|inf) in epoch (\d+); "
    r"a lower training\.optimizer\.learning_rate, or some warm-up, may help)\n"
    r"Too fast, seed 0: not trained; the same command resumes after epoch (\d+)\n"
)


FEW_IMAGES = (
    "advice: accuracies are measured on 15 validation images, so one image is 6.67 points: add images\n"
)
BEGIN = (
    r"{title}, seed 0: 45 training images of pictures, validation on the held-out 25 % of train, "
    r"float32 \(.+\)"
)


def run_of(attempts: Any, name: str) -> RunDirectory:
    return RunDirectory(attempts.folder / "results" / name / "seed-0")


@pytest.mark.slow
def test_ctrl_c(attempts: Any) -> None:
    """Exit code 130, one line on how to resume; the next experiments are not started."""
    code, out, err = attempts.first
    done = attempts.interrupted.epochs_done
    message = f"Tiny A, seed 0: interrupted; the same command resumes after epoch {done}\n"
    assert (code, err) == (130, FEW_IMAGES + message)
    assert (attempts.interrupted.state, 0 < done < 40) == ("interrupted", True)
    begin, *lines = out.splitlines()
    assert re.fullmatch(BEGIN.format(title="Tiny A"), begin)
    assert len(lines) in (done - 1, done)
    for number, line in enumerate(lines, start=1):
        assert re.fullmatch(rf"Tiny A, seed 0: epoch {number}/40  {FIGURES}", line)


@pytest.mark.slow
def test_two_processes_of_one_run(attempts: Any) -> None:
    """The second process is refused, with the id of the first, which continues."""
    code, out, err = attempts.rival
    holder = f"process {attempts.pid} on {socket.gethostname()}"
    message = f"results/a/seed-0 is being trained by {holder}\nTiny A, seed 0: not trained\n"
    assert (code, out, err) == (2, "", message)


@pytest.mark.slow
def test_list_shows_a_running_run(attempts: Any) -> None:
    """Its state is running, with the number of its epochs."""
    (row,) = (line.split() for line in attempts.listed.out.splitlines() if line.startswith("running"))
    assert (row[:3], row[3].endswith("/40")) == (["running", "a", "0"], True)


@pytest.mark.slow
def test_the_same_command_resumes(attempts: Any) -> None:
    """The run resumes after its last finished epoch; the history has each epoch once."""
    run, done = run_of(attempts, "a"), attempts.interrupted.epochs_done
    begin, *lines = attempts.second.out.splitlines()
    assert re.fullmatch(BEGIN.format(title="Tiny A"), begin)
    assert lines[0] == f"Tiny A, seed 0: resumes after epoch {done} of 40"
    for number, line in enumerate(lines[1 : 41 - done], start=done + 1):
        assert re.fullmatch(rf"Tiny A, seed 0: epoch {number}/40  {FIGURES}", line)
    assert [row.epoch for row in read_history(run.history).rows] == list(range(1, 41))
    assert read_status(run.status).state == "complete"


@pytest.mark.slow
def test_last_line(attempts: Any) -> None:
    """Final and best validation accuracy, gap, test accuracy, time, and the folder of the run."""
    (line,) = (line for line in attempts.second.out.splitlines() if line.startswith("Tiny B, seed 0: val"))
    match = re.fullmatch(rf"Tiny B, seed 0: {RESULT}in results/b/seed-0", line)
    assert match is not None, line
    summary = read_summary(run_of(attempts, "b").summary)
    final, best = (
        f"{100 * value:.1f} %" for value in (summary.final_val_accuracy, summary.best_val_accuracy)
    )
    assert (match[1], match[2], int(match[3])) == (final, best, summary.best_epoch)


@pytest.mark.slow
def test_files(attempts: Any) -> None:
    """A complete run has these files; no checkpoint and no temporary files."""
    for name in ("a", "b"):
        assert {path.name for path in run_of(attempts, name).path.iterdir()} == FILES


@pytest.mark.slow
def test_a_loss_that_is_not_a_number(attempts: Any) -> None:
    """Exit code 1; the epoch is in the message, finished epochs are kept, other experiments are trained."""
    assert attempts.second.code == 1
    message = TOO_FAST.search(attempts.second.err)
    assert message is not None, attempts.second.err
    assert attempts.second.err.endswith(message[0])
    run = run_of(attempts, "bad")
    status = read_status(run.status)
    assert (status.state, status.message) == ("failed", message[1])
    assert status.epochs_done == int(message[3]) - 1 == int(message[4]) == 1
    assert len(read_history(run.history).rows) == status.epochs_done
    assert not run.summary.exists()


@pytest.mark.slow
def test_complete_runs_are_skipped(attempts: Any) -> None:
    """The last line of each run says so; with `--quiet` it is the only line."""
    code, out, err = attempts.third
    first, second = out.splitlines()
    assert (code, err) == (0, "")
    assert re.fullmatch(rf"Tiny A, seed 0: {RESULT}already complete, in results/a/seed-0", first)
    assert re.fullmatch(rf"Tiny B, seed 0: {RESULT}already complete, in results/b/seed-0", second)


@pytest.mark.slow
def test_another_experiment_in_the_folder(attempts: Any, program: Command) -> None:
    """The run is refused; the message has three solutions."""
    folder = attempts.folder
    code, out, err = program(
        "run", "a.yaml", "--set", "training.epochs=5", "--data-dir", "pictures", folder=folder
    )
    assert (code, out) == (2, "")
    pattern = (
        r"results/a/seed-0 holds another experiment \(.+ there, .+ here\): "
        r"name this one with --set name=…, choose another folder with --results DIR, "
        r"or, for the same seed, set the old run aside with --fresh\nTiny A, seed 0: not trained\n"
    )
    assert re.fullmatch(pattern, err), err


@pytest.mark.slow
def test_a_file_instead_of_a_folder(here: Path, program: Command) -> None:
    """The message has the file, which is kept, and no other file is created."""
    (here / "a.yaml").write_text("data: {dataset: synthetic, subset: {train: 60, validation: 30}}\n")
    (here / "results").mkdir()
    (here / "results" / "a").write_text("mine")
    message = (
        "cannot create results/a/seed-0: results/a is a file, expected a folder; "
        "choose another folder with --results DIR\na, seed 0: not trained\n"
    )
    assert program("run", "a.yaml", "--quiet", folder=here) == (2, "", message)
    assert (here / "results" / "a").read_text() == "mine"
    assert sorted(path.name for path in here.iterdir()) == ["a.yaml", "results"]


@pytest.mark.slow
def test_missing_data(here: Path, program: Command) -> None:
    """No results folder is created for a run that cannot start; each experiment has a message."""
    (here / "a.yaml").write_text("title: A\n")
    (here / "b.yaml").write_text("title: B\n")
    message = "".join(
        f"nope: expected a directory that holds the data, found nothing there\n{title}, seed 0: not trained\n"
        for title in "AB"
    )
    arguments = ("run", "a.yaml", "b.yaml", "--quiet", "--data-dir", "nope")
    assert program(*arguments, folder=here) == (2, "", message)
    assert sorted(path.name for path in here.iterdir()) == ["a.yaml", "b.yaml"]


@pytest.mark.slow
def test_full_disk(here: Path) -> None:
    """The message has the file that cannot be written; no incomplete file is left."""
    (here / "a.yaml").write_text("data: {dataset: synthetic, subset: {train: 60, validation: 30}}\n")
    done = subprocess.run(
        [sys.executable, "-m", "reglab", "run", "a.yaml", "--quiet"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),
    )
    message = "cannot write results/a/seed-0/experiment.yaml: File too large\na, seed 0: not trained\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)
    assert [path.name for path in (here / "results/a/seed-0").iterdir()] == ["lock"]


@pytest.mark.slow
def test_a_worker_that_is_killed(call: Command, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has the signal and how to resume; the exit code is 1."""
    from reglab.processes import launch

    (here / "a.yaml").write_text("data: {dataset: synthetic}\n")
    start = subprocess.Popen

    def kill(command: list[str], **pipes: int) -> "subprocess.Popen[bytes]":
        worker = start(command, **pipes)
        worker.kill()
        return worker

    monkeypatch.setattr(launch.subprocess, "Popen", kill)
    message = (
        "a, seed 0: not trained: its process was ended by SIGKILL, as happens when memory is short; "
        "the same command starts it again\n"
    )
    assert call("run", "a.yaml", "--quiet") == (1, "", message)


def test_dropped_settings_are_listed(call: Command, here: Path) -> None:
    """If --set names another optimizer than the file."""
    (here / "a.yaml").write_text("training: {optimizer: {name: sgd, momentum: 0.5}}\n")
    done = call("show", "a.yaml", "--resolved", "--set", "training.optimizer.name=adam")
    assert (done.code, done.err) == (0, "a.yaml: another name in --set drops training.optimizer.momentum\n")


def test_a_config_from_windows(call: Command, here: Path) -> None:
    """Carriage returns and a byte order mark are ignored; lines are counted as in an editor."""
    (here / "dos.yaml").write_bytes(
        b"\xef\xbb\xbftitle: X\r\ndata: {dataset: synthetic}\r\nmodel:\r\n  kernel: 3\r\n"
    )
    code, out, err = call("show", "dos.yaml", "--resolved")
    assert (code, out) == (2, "")
    assert err == (
        "dos.yaml:4: model.kernel: unknown key; expected one of groups, kernel_size, activation, head, "
        "dense, residual; did you mean kernel_size?\n"
    )


def test_a_closed_pipe_during_training(here: Path) -> None:
    """The training continues after the reader has exited, as `head` does."""
    code = (
        "from reglab.cli.progress import build_progress\n"
        "from reglab.processes.events import Note\n"
        "for number in range(3): build_progress(False, set()).show(Note(message='x' * 10_000))"
    )
    assert run_without_a_reader("-c", code) == (0, "")


def test_a_full_disk_during_training(here: Path) -> None:
    """The training continues; the message is printed once."""
    code = (
        "from reglab.cli.progress import build_progress\n"
        "from reglab.processes.events import Note\n"
        "progress = build_progress(False, set())\n"
        "for number in range(3): progress.show(Note(message='x' * 10_000))"
    )
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    message = "cannot write to standard output: No space left on device; the training continues\n"
    assert (done.returncode, done.stderr) == (0, message)


@pytest.mark.slow
def test_a_full_disk_at_the_last_lines(attempts: Any) -> None:
    """Every experiment is processed."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "reglab", "run", "a.yaml", "b.yaml", "--quiet"],
            cwd=attempts.folder,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    message = "cannot write to standard output: No space left on device; the training continues\n"
    assert (done.returncode, done.stderr) == (0, message)


@pytest.mark.slow
def test_a_closed_pipe_at_the_last_lines(attempts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every experiment is processed, without a message."""
    monkeypatch.chdir(attempts.folder)
    assert run_without_a_reader("-m", "reglab", "run", "a.yaml", "b.yaml", "--quiet") == (0, "")


def run_without_a_reader(*arguments: str) -> tuple[int, str]:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, *arguments], stdout=writer, stderr=subprocess.PIPE, text=True, check=False
        )
    finally:
        os.close(writer)
    return done.returncode, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("streams", ["2>&-", "<&- >&- 2>&-", "2>/dev/full", ">/dev/full 2>/dev/full"])
def test_a_training_without_its_streams(here: Path, streams: str) -> None:
    """Closed or full output does not stop it; the advice on the validation set goes to standard error."""
    (here / "a.yaml").write_text(
        "data: {dataset: synthetic, subset: {train: 40, validation: 20}}\n"
        "model: {groups: [[2]], dense: []}\ntraining: {epochs: 1}\n"
    )
    command = f'exec "$0" -m reglab run a.yaml {streams}'
    done = subprocess.run(["sh", "-c", command, sys.executable], check=False)
    assert done.returncode == 0
    run = RunDirectory(here / "results" / "a" / "seed-0")
    assert read_status(run.status).state == "complete"
    # What libraries print does not end up in another file.
    check_results(run, read_status(run.status))


@pytest.mark.parametrize("streams", [">&-", "2>&-", ">&- 2>&-", "2>/dev/full"])
def test_commands_without_their_streams(here: Path, make_run: Callable[..., Any], streams: str) -> None:
    """A closed stream, and standard error on a full disk, do not change the exit code."""
    make_run("results/mp/seed-0")
    for words, code in (("list", 0), ("list nowhere", 2), ("compare results", 0)):
        done = subprocess.run(["sh", "-c", f'"$0" -m reglab {words} {streams}', sys.executable], check=False)
        assert done.returncode == code, words
    assert (here / "comparison" / "comparison.md").exists()

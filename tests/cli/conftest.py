"""Fixtures: commands in this process and in other processes; written and trained runs."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from reglab.cli import main
from reglab.runs.history import Epoch, append_epoch
from reglab.runs.layout import RunDirectory
from reglab.runs.status import State, Status, read_status, write_status
from reglab.runs.summary import Summary, write_summary

TINY = """\
title: Tiny A
data: {dataset: folder, image_size: 8, clean: 30, validation: 0.25}
model: {groups: [[4]], dense: [5]}
training: {epochs: 40, batch_size: 6, precision: float32}
"""
_NOT_NUMBERS = """\
extends: a.yaml
title: Too fast
regularizers: {l2: {strength: 1.0}}
training: {optimizer: {name: sgd, learning_rate: 1.1}}
"""
# A process that runs the commands that it reads, so that Keras is loaded only once.
_SERVER = """
import json, os, sys
from click.testing import CliRunner
from reglab.cli import main

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for line in sys.stdin:
    request = json.loads(line)
    done = CliRunner().invoke(main, request["arguments"], env=request["environment"])
    failure = repr(done.exception) if done.exception and not isinstance(done.exception, SystemExit) else ""
    print(json.dumps([done.exit_code, done.stdout, done.stderr + failure]), file=answers, flush=True)
"""


class Done(NamedTuple):
    """How a command ended.

    Attributes:
        code: exit code.
        out: standard output.
        err: standard error.
    """

    code: int
    out: str = ""
    err: str = ""


Command = Callable[..., Done]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder; no data, no cache, no width of a terminal."""
    home = tmp_path / "home"
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("REGLAB_CACHE_DIR", "KERAS_HOME"):
        monkeypatch.setenv(name, str(home / name))
    for name in ("REGLAB_DATA_DIR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def call(here: Path) -> Command:
    """Calls a command in this process; for commands that need neither Keras nor a worker."""

    def call_here(*arguments: str | Path, **environment: str) -> Done:
        done = CliRunner().invoke(main, [str(argument) for argument in arguments], env=environment)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Done(done.exit_code, done.stdout, done.stderr)

    return call_here


def start_reglab(*arguments: str | Path, folder: Path) -> "subprocess.Popen[str]":
    """Starts the program in a folder, in a separate process group, as a shell does."""
    return subprocess.Popen(
        [sys.executable, "-m", "reglab", *map(str, arguments)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
        start_new_session=True,
    )


def run_reglab(*arguments: str | Path, folder: Path) -> Done:
    """Runs the program and waits until it has ended."""
    process = start_reglab(*arguments, folder=folder)
    out, err = process.communicate()
    return Done(process.returncode, out, err)


@pytest.fixture
def program() -> Command:
    """Runs the program as a process and waits until it has ended."""
    return run_reglab


@pytest.fixture
def start() -> "Callable[..., subprocess.Popen[str]]":
    """Starts the program as a process."""
    return start_reglab


@pytest.fixture
def make_run(here: Path) -> Callable[..., RunDirectory]:
    """Writes a run that is two hours old, and complete unless another state is given."""

    def make(
        path: str,
        accuracies: Sequence[float] = (0.5, 0.75),
        *,
        title: str = "",
        state: State = "complete",
        message: str = "",
        validation: str = "test set",
    ) -> RunDirectory:
        run = RunDirectory(here / path)
        run.create()
        then = datetime.now(UTC) - timedelta(hours=2)
        name, seed = run.path.parent.name, int(run.path.name.removeprefix("seed-"))
        status = Status(
            state=state,
            identity=name,
            experiment=name,
            title=title or f"CNN + {name.upper()}",
            seed=seed,
            epochs_done=len(accuracies),
            epochs=2,
            started=then,
            updated=then,
            pid=1,
            host="here",
            message=message,
            version="0.1.0",
            validation=validation,
        )
        write_status(run.status, status)
        run.experiment.write_text(f"name: {name}\n")
        for number, value in enumerate(accuracies, start=1):
            gap = 0.875 - value
            row = Epoch(number, 30.0, 1e-3, 1.0, 0.8, 1.0, 0.5, 0.875, 0.75, value, 0.0, gap, 0.25)
            append_epoch(run.history, row)
        if state == "complete":
            write_summary(run.summary, _summarize(status, accuracies, validation))
        return run

    return make


def _summarize(status: Status, accuracies: Sequence[float], validation: str) -> Summary:
    last = accuracies[-1]
    return Summary(
        experiment=status.experiment,
        title=status.title,
        seed=status.seed,
        epochs=len(accuracies),
        parameters=295_914,
        trainable_parameters=295_914,
        dataset="CIFAR-10",
        validation=validation,
        train_images=50_000,
        validation_images=10_000,
        test_images=10_000,
        clean_images=5_000,
        weights_epoch=len(accuracies),
        final_val_accuracy=last,
        best_val_accuracy=max(accuracies),
        best_epoch=list(accuracies).index(max(accuracies)) + 1,
        final_val_cross_entropy=0.75,
        final_clean_accuracy=0.875,
        final_train_accuracy=0.8,
        gap_accuracy=0.875 - last,
        gap_cross_entropy=0.25,
        test_accuracy=None if validation == "test set" else 0.5,
        test_cross_entropy=None if validation == "test set" else 1.5,
        seconds=60.0,
        images_per_second=1600.0,
        precision="float32",
        settings="adamw 0.001",
        regularizers=(),
    )


def draw_pictures(folder: Path) -> None:
    """60 training and 30 test pictures of 8×8 pixels, in three classes of grey."""
    random = np.random.default_rng(0)
    for part, count in (("train", 20), ("test", 10)):
        for grey, name in ((60, "dark"), (120, "middling"), (180, "bright")):
            (folder / part / name).mkdir(parents=True)
            for number in range(count):
                pixels = np.clip(random.normal(grey, 30, (8, 8, 3)), 0, 255).astype(np.uint8)
                Image.fromarray(pixels).save(folder / part / name / f"{number}.png")


@dataclass(frozen=True)
class Attempts:
    """The same `run` command three times, the first of which was interrupted.

    Attributes:
        folder: where `a.yaml`, `bad.yaml`, `b.yaml`, `pictures/` and `results/` are.
        rival: a command that was refused, because the first command was training its run.
        listed: `list` during the first command.
        pid: process id of the first command's worker.
        first: the first command, ended by Ctrl-C.
        interrupted: status of the run after the first command.
        second: the same command again.
        third: the same command again, without the experiment that fails.
    """

    folder: Path
    rival: Done
    listed: Done
    pid: int
    first: Done
    interrupted: Status
    second: Done
    third: Done


@pytest.fixture(scope="session")
def attempts(tmp_path_factory: pytest.TempPathFactory) -> Attempts:
    """The only trainings of these tests; each run has a separate process."""
    folder = tmp_path_factory.mktemp("attempts")
    draw_pictures(folder / "pictures")
    (folder / "a.yaml").write_text(TINY)
    (folder / "bad.yaml").write_text(_NOT_NUMBERS)
    (folder / "b.yaml").write_text("extends: a.yaml\ntitle: Tiny B\ntraining: {epochs: 2}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGLAB_CACHE_DIR", str(folder / "cache"))
        patch.setenv("REGLAB_DATA_DIR", str(folder / "pictures"))
        patch.delenv("COLUMNS", raising=False)
        configs = ("a.yaml", "bad.yaml", "b.yaml")
        first = start_reglab("run", *configs, folder=folder)
        assert first.stdout is not None
        # The line at the start and the line of the first epoch.
        opening = first.stdout.readline() + first.stdout.readline()
        status = RunDirectory(folder / "results/a/seed-0").status
        # Stopped, so that it cannot complete before the other processes have ended.
        os.killpg(first.pid, signal.SIGSTOP)
        rival = run_reglab("run", "a.yaml", folder=folder)
        listed = run_reglab("list", folder=folder)
        pid = read_status(status).pid
        os.killpg(first.pid, signal.SIGCONT)
        os.killpg(first.pid, signal.SIGINT)
        out, err = first.communicate()
        return Attempts(
            folder,
            rival,
            listed,
            pid,
            Done(first.returncode, opening + out, err),
            read_status(status),
            run_reglab("run", *configs, folder=folder),
            run_reglab("run", "a.yaml", "b.yaml", "--quiet", folder=folder),
        )


@pytest.fixture(scope="session")
def with_keras() -> Iterator[Command]:
    """Calls a command in one process that keeps Keras loaded; the width of a terminal is not set."""
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        bufsize=1,
    ) as process:

        def ask(*arguments: str | Path, **environment: str) -> Done:
            assert process.stdin is not None
            assert process.stdout is not None
            request = {
                "arguments": [str(argument) for argument in arguments],
                "environment": {"COLUMNS": None, **environment},
            }
            process.stdin.write(json.dumps(request) + "\n")
            return Done(*json.loads(process.stdout.readline()))

        yield ask

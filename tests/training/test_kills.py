"""A run that is killed, and resumed by the same command, equals an uninterrupted run."""

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from reglab.config.yaml.dumping import dump_yaml
from reglab.experiment import Experiment
from reglab.files import TEMPORARY_PREFIX
from reglab.processes.events import Job
from reglab.runs.integrity import hash_results
from reglab.runs.layout import RunDirectory
from reglab.runs.lock import is_locked
from reglab.runs.status import read_status
from reglab.runs.summary import read_summary
from tests.trainings import every_technique

pytestmark = pytest.mark.slow

WORKER = Path(__file__).with_name("killed_worker.py")
# Environment variable with the seed of a failing test, to repeat it. Kills from outside then have the same
# delay, but the run may be at another moment.
SEED = "REGLAB_KILLS"
KILLED = -signal.SIGKILL
# Each kill except two is at most three epochs later; the two from outside may take the rest, which is
# large, since they are late on a busy machine.
EPOCHS, STEPS = 45, 4
TIMES = {"started", "updated", "heartbeat", "pid"}
# Every technique, each with settings that make it act, and none that ends the training.
EVERYTHING = every_technique(
    gaussian_noise={"stddev": 0.1, "activations": 0.1},
    dropout={"rate": 0.2, "groups": 0.1},
    early_stopping={"patience": EPOCHS, "monitor": "val_accuracy"},
)


@dataclass(frozen=True)
class Attempt:
    """One process of a run.

    Attributes:
        what: what happened to the process.
        code: exit status, or minus the signal that ended it.
        message: of its failure.
        history: content of `history.csv` after the attempt; empty if missing.
        leftovers: partly written files.
    """

    what: str
    code: int
    message: str
    history: bytes
    leftovers: tuple[str, ...]


@dataclass
class Trial:
    """A run in several attempts.

    Attributes:
        folder: holds the experiment's file, and the results.
        job: of its workers.
        server: forks workers.
    """

    folder: Path
    job: Job
    server: "subprocess.Popen[str]"
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def run(self) -> RunDirectory:
        return RunDirectory(self.job.results / "tiny" / "seed-0")

    def start(self) -> "subprocess.Popen[str]":
        """The user's command, in a process group of its own."""
        places = ("--results", str(self.job.results), "--data-dir", str(self.job.data_directory))
        return open_process(self.folder, "-m", "reglab", "run", "tiny.yaml", *places)

    def kill(self, epochs: int, seconds: float) -> None:
        """Kills the command and its worker, some seconds after a number of epochs."""
        process = self.start()
        assert process.stdout is not None
        while epochs and (line := process.stdout.readline()):
            epochs -= ": epoch " in line
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGKILL)
        self.end(process, f"killed from outside {seconds:.3f} s later")
        # A killed worker holds its lock until the system has freed its memory.
        deadline = time.monotonic() + 60
        while is_locked(self.run.path):
            assert time.monotonic() < deadline, "the killed worker still has its lock"
            time.sleep(0.01)

    def fail(self, name: str, number: int, part: float = 0.0, full: bool = False) -> None:
        """Kills a worker at a moment, or fills its disk."""
        when = {"name": name, "number": number, "part": part, "full": full}
        moment = {"results": str(self.job.results), **when}
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        print(json.dumps({"moment": moment, "job": self.job.model_dump_json()}), file=self.server.stdin)
        code, message = json.loads(self.server.stdout.readline())
        what = f"{'disk full' if full else 'killed'} at {name}, number {number}, part {part:.3f}"
        self._keep(what, code, message)

    def end(self, process: "subprocess.Popen[str]", what: str) -> None:
        """Waits for a process, and records its attempt."""
        with process:
            assert process.stderr is not None
            message = process.stderr.read()
        self._keep(what, process.returncode, message)

    def _keep(self, what: str, code: int, message: str) -> None:
        path, history = self.run.path, self.run.history
        leftovers = tuple(str(found.relative_to(path)) for found in path.rglob(f"{TEMPORARY_PREFIX}*"))
        content = history.read_bytes() if history.exists() else b""
        self.attempts.append(Attempt(what, code, message, content, leftovers))


def open_process(
    folder: Path, *arguments: str, stderr: int | None = subprocess.PIPE, **environment: str
) -> "subprocess.Popen[str]":
    """Python in a process group of its own."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, *arguments],
        stdin=pipe,
        stdout=pipe,
        stderr=stderr,
        text=True,
        bufsize=1,
        cwd=folder,
        env={**os.environ, "REGLAB_CACHE_DIR": str(folder / "cache"), **environment},
        start_new_session=True,
    )


@dataclass(frozen=True)
class Trials:
    """Two runs of one experiment.

    Attributes:
        disturbed: killed eleven times, with a full disk twice in between.
        alone: not interrupted.
        seed: of the kills.
    """

    disturbed: Trial
    alone: Trial
    seed: int

    def __str__(self) -> str:
        """The events, for a failing test."""
        attempts = self.disturbed.attempts
        lines = [
            f"{one.what}: exit status {one.code}, {len(one.history.splitlines()) - 1} epochs; {one.message}"
            for one in attempts
        ]
        return "\n".join([f"{SEED}={self.seed}", *lines])


@pytest.fixture(scope="module")
def trials(
    make_experiment: Callable[..., Experiment], pictures: Path, tmp_path_factory: pytest.TempPathFactory
) -> Trials:
    folder = tmp_path_factory.mktemp("kills")
    schedule = {"name": "cosine", "warmup_epochs": 2}
    experiment = make_experiment(epochs=EPOCHS, regularizers=EVERYTHING, schedule=schedule)
    (folder / "tiny.yaml").write_text(dump_yaml(experiment))

    # NumPy's threads would not survive a fork, and what Python buffers may come out in the wrong place.
    # Nobody reads its own standard error, so it is the same as ours.
    settings = {"OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": ""}
    server = open_process(folder, str(WORKER), "train", stderr=None, **settings)

    def make(results: str) -> Trial:
        job = Job(experiment=experiment, results=folder / results, data_directory=pictures)
        return Trial(folder, job, server)

    seed = int(os.environ.get(SEED, secrets.randbelow(2**32)))
    both = Trials(make("disturbed"), make("alone"), seed)
    with server, both.alone.start() as alone:
        try:
            disturb(both.disturbed, random.Random(seed))
            both.disturbed.end(both.disturbed.start(), "not disturbed")
            both.alone.end(alone, "not disturbed")
        finally:
            for process in (server, alone):
                process.kill()
    return both


def disturb(trial: Trial, chance: random.Random) -> None:
    """Eleven kills and two full disks, most in a random order, that leave the run almost complete."""
    trial.kill(0, chance.uniform(0.2, 4))
    trial.fail("step", chance.randint(1, STEPS - 1))
    while_training = [
        lambda: trial.fail("step", chance.choice((0, STEPS)) + chance.randint(1, STEPS - 1)),
        lambda: trial.fail("os.rename state.npz", chance.randint(1, 2), chance.random()),
        lambda: trial.fail("open history.csv", chance.randint(2, 3)),
        # In the middle of a line of the history, and right after it; first ones may be repairs.
        lambda: trial.fail("append history.csv", chance.randint(2, 3), chance.random()),
        lambda: trial.fail("open status.json", chance.randint(2, 3)),
        lambda: trial.fail("open state.npz", chance.randint(1, 2), chance.random(), full=True),
        lambda: trial.kill(1, chance.uniform(0, 0.2)),
    ]
    result = chance.choice(("predictions.npz", "model.weights.h5", "model.keras", "summary.json"))
    at_the_end = [
        lambda: trial.fail(f"os.rename {result}", 1, chance.random()),
        lambda: trial.fail("os.rename predictions.npz", 1, chance.random(), full=True),
    ]
    for part in (while_training, at_the_end):
        chance.shuffle(part)
        for fail in part:
            fail()
    # All that remains is the status, and removing the checkpoint.
    trial.fail(
        *chance.choice((("os.rename status.json", 2), ("shutil.rmtree checkpoint", 1))), chance.random()
    )
    # The run is complete, but for its figure.
    trial.fail("os.rename curves.png", 1, chance.random())


def test_all_of_it_happened(trials: Trials) -> None:
    """Eleven processes ended by SIGKILL, two with exit status 1, the last one with 0."""
    *codes, last = (attempt.code for attempt in trials.disturbed.attempts)
    assert (sorted(codes), last) == ([KILLED] * 11 + [1, 1], 0), f"{trials}\n{codes}"


def test_a_full_disk_is_reported_in_a_line(trials: Trials) -> None:
    """The file that could not be written, and the reason; no half-written file remains."""
    run = trials.disturbed.run
    full = [attempt for attempt in trials.disturbed.attempts if attempt.what.startswith("disk full")]
    expected = [
        f"cannot write {path}: File too large" for path in (run.checkpoint / "state.npz", run.weights)
    ]
    assert [attempt.message for attempt in full] == expected, str(trials)
    assert [attempt.leftovers for attempt in full] == [(), ()]


def test_history_only_grows(trials: Trials) -> None:
    """Byte for byte: each history starts with that of the attempt before, an incomplete line included."""
    for before, after in pairwise(trials.disturbed.attempts):
        assert after.history.startswith(before.history), f"{trials}\n{before.what}"
    numbers = [line.split(b",")[0] for line in trials.disturbed.attempts[-1].history.splitlines()]
    assert numbers == [b"epoch", *(str(number).encode() for number in range(1, EPOCHS + 1))]


def test_leftovers_do_not_pile_up(trials: Trials) -> None:
    """A kill leaves at most one half-written file, and the next attempt removes it."""
    assert max(len(attempt.leftovers) for attempt in trials.disturbed.attempts) == 1, str(trials)
    assert trials.disturbed.attempts[-1].leftovers == ()


def test_the_end_is_the_same(trials: Trials) -> None:
    """The same files with the same content to the last bit, except times."""
    for run in (trials.disturbed.run, trials.alone.run):
        assert hash_results(run) == read_status(run.status).files
    disturbed, alone = read_all(trials.disturbed.run), read_all(trials.alone.run)
    assert list(disturbed) == list(alone), str(trials)
    for name, content in alone.items():
        assert disturbed[name] == content, f"{trials}\n{name}"


def read_all(run: RunDirectory) -> dict[str, Any]:
    """The files of a run by name, without times, hashes of files with times, and processes."""
    history = [line.split(b",") for line in run.history.read_bytes().splitlines()]
    seconds = history[0].index(b"seconds")
    with np.load(run.predictions) as predictions, zipfile.ZipFile(run.model) as model:
        special = {
            run.history: [line[:seconds] + line[seconds + 1 :] for line in history],
            run.status: read_status(run.status).model_dump(exclude={*TIMES, "files"}),
            run.summary: read_summary(run.summary).model_dump(exclude={"seconds", "images_per_second"}),
            run.predictions: {name: _freeze(predictions[name]) for name in predictions.files},
            run.weights: _read_weights(run.weights),
            run.model: (model.read("config.json"), _read_weights(BytesIO(model.read("model.weights.h5")))),
            run.log: None,
            run.path / "lock": None,
        }
    return {
        str(path.relative_to(run.path)): special[path] if path in special else path.read_bytes()
        for path in sorted(run.path.rglob("*"))
    }


def _read_weights(file: Path | BytesIO) -> dict[str, Any]:
    weights: dict[str, Any] = {}

    def keep(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            weights[name] = _freeze(np.asarray(item))

    with h5py.File(file) as opened:
        opened.visititems(keep)
    return weights


def _freeze(array: np.ndarray) -> tuple[str, tuple[int, ...], bytes]:
    return str(array.dtype), array.shape, array.tobytes()

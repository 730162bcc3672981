"""The record of a run that is killed, or out of power or disk, at every moment that changes the disk."""

import json
import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from reglab.experiment import Experiment
from reglab.files import TEMPORARY_PREFIX
from reglab.processes.events import Job
from reglab.runs.layout import RunDirectory
from reglab.runs.status import read_status

pytestmark = pytest.mark.slow

WORKER = Path(__file__).with_name("killed_worker.py")
KILLED = -signal.SIGKILL
EPOCHS = 2
# NumPy's threads would not survive a fork, and what Python buffers may come out in the wrong place.
SETTINGS = {"OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": ""}


@dataclass(frozen=True)
class Trial:
    """Runs of one experiment, each in a folder of results of its own.

    Attributes:
        job: of the workers, without the results.
        server: forks workers.
        folder: of all results.
    """

    job: Job
    server: "subprocess.Popen[str]"
    folder: Path

    def run(self, results: str) -> RunDirectory:
        """The run with these results."""
        return RunDirectory(self.folder / results / "tiny" / "seed-0")

    def attempt(self, results: str, data: Path | None = None, **moment: Any) -> tuple[int, str]:
        """Exit code and message of a worker, to which something may happen at a moment."""
        folder = self.folder / results
        changes = {"results": folder, "data_directory": data or self.job.data_directory}
        job = self.job.model_copy(update=changes)
        request = {"moment": {"results": str(folder), **moment}, "job": job.model_dump_json()}
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        print(json.dumps(request), file=self.server.stdin)
        code, message = json.loads(self.server.stdout.readline())
        return code, message

    def read(self, results: str) -> dict[str, Any]:
        """The files of a run by name, without times and processes."""
        run = self.run(results)
        special = {
            run.status: read_status(run.status).model_dump(
                exclude={"started", "updated", "heartbeat", "pid"}
            ),
            run.log: None,
            run.path / "lock": None,
        }
        return {
            str(path.relative_to(run.path)): special[path] if path in special else path.read_bytes()
            for path in sorted(run.path.rglob("*"))
        }

    def read_history(self, results: str) -> bytes:
        """The content of the file; empty if missing."""
        path = self.run(results).history
        return path.read_bytes() if path.exists() else b""


@pytest.fixture(scope="module")
def trial(
    make_experiment: Callable[..., Experiment], pictures: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Trial]:
    folder = tmp_path_factory.mktemp("moments")
    job = Job(
        experiment=make_experiment(epochs=EPOCHS),
        results=folder,
        data_directory=pictures,
    )
    with subprocess.Popen(
        [sys.executable, str(WORKER), "record"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
        env={**os.environ, **SETTINGS, "REGLAB_CACHE_DIR": str(folder / "cache")},
    ) as server:
        yield Trial(job, server, folder)


@pytest.fixture(scope="module")
def alone(trial: Trial) -> dict[str, Any]:
    """The files of a run to which nothing happens."""
    assert trial.attempt("alone") == (0, "")
    return trial.read("alone")


def test_killed_at_every_moment(trial: Trial, alone: dict[str, Any]) -> None:
    """The next attempt completes the run, and its files are as if nothing had happened."""
    moments = kill_everywhere(trial, alone, "nothing")
    # Checkpoint, history and status each look different twice an epoch.
    assert moments > 6 * EPOCHS


def test_killed_again_at_every_moment(trial: Trial, alone: dict[str, Any]) -> None:
    """Also while the line that the first kill has torn is cut off and written again."""
    assert trial.attempt("torn", name="append history.csv", number=2, part=0.5)[0] == KILLED
    assert not trial.read_history("torn").endswith(b"\n")
    moments = kill_everywhere(trial, alone, "torn")
    assert moments > 6


@pytest.mark.parametrize("seed", range(4))
def test_power_fails_at_every_moment(trial: Trial, alone: dict[str, Any], seed: int) -> None:
    """Any write that was not waited for may be lost: the next attempt can still complete the run."""
    moments = kill_everywhere(trial, alone, f"power-{seed}", power=seed)
    assert moments > 6 * EPOCHS


def test_no_room_from_every_moment_on(trial: Trial, alone: dict[str, Any]) -> None:
    """A message names the file; no file is incomplete; with room again, the run completes."""
    chance = random.Random(0)
    for number in count(1):
        name = f"full-{number}"
        code, message = trial.attempt(name, number=number, part=chance.random(), full=True)
        if not message:
            break
        run = trial.run(name)
        if code == 0:
            assert message.startswith(
                f"the run is complete, but its figure is missing: cannot write {run.curves}: "
            )
            assert trial.attempt(name) == (0, "")
            assert trial.read(name) == alone, name
            continue
        assert re.fullmatch(rf"cannot write {re.escape(str(run.path))}/\S+: File too large", message), message
        assert code == (1 if run.checkpoint.exists() else 2), name
        assert trial.read_history(name)[-1:] in (b"", b"\n"), name
        assert list(run.path.rglob(f"{TEMPORARY_PREFIX}*")) == [], name
        assert trial.attempt(name) == (0, ""), name
        assert trial.read(name) == alone, name
    assert number > 6 * EPOCHS


def test_leftovers_are_removed_at_once(trial: Trial) -> None:
    """An attempt that is killed in turn has removed the half-written files of the one before."""
    for number in (1, 2):
        assert trial.attempt("leftovers", name="os.rename state.npz", number=1, part=0.5)[0] == KILLED
        found = [path.parent.name for path in trial.run("leftovers").path.rglob(f"{TEMPORARY_PREFIX}*")]
        assert found == ["checkpoint"], number


def test_other_images_after_the_first_checkpoint(trial: Trial, pictures: Path, tmp_path: Path) -> None:
    """They are refused, although the process was killed before the status had an epoch."""
    assert trial.attempt("images", name="open history.csv", number=1)[0] == KILLED
    run = trial.run("images")
    assert read_status(run.status).epochs_done == 0
    other = copytree(pictures, tmp_path / "other")
    next((other / "train").rglob("*.png")).unlink()
    code, message = trial.attempt("images", data=other)
    assert (code, message) == (
        2,
        f"{run.path} was started with other images than other from {other}: "
        "name their directory with --data-dir, or start again with --fresh",
    )
    assert trial.attempt("images") == (0, "")


def kill_everywhere(trial: Trial, alone: dict[str, Any], begin: str, **how: Any) -> int:
    """Kills copies of a run, each at another moment, and completes them; returns the number of moments."""
    chance = random.Random(0)
    moments = 0
    while True:
        name = f"{begin}-{moments}"
        if (trial.folder / begin).exists():
            copytree(trial.folder / begin, trial.folder / name)
        code, _ = trial.attempt(name, number=moments + 1, part=chance.random(), **how)
        if code == 0:
            return moments
        before = trial.read_history(name)
        assert (code, trial.attempt(name)) == (KILLED, (0, "")), name
        assert trial.read(name) == alone, name
        assert trial.read_history(name).startswith(before), name
        moments += 1

"""Worker processes, and jobs that train on tiny pictures with a temporary cache."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reglab.experiment import Experiment
from reglab.processes.events import Failed, Job, decode, encode
from reglab.runs.layout import RunDirectory

Maker = Callable[..., Job]

# A worker with one function replaced; without the start of Keras, a test of the rest takes a second.
REPLACED = """
import os, signal, sys
from reglab.processes import worker

def replacement(*arguments):
    {body}

worker.{replaced} = replacement
sys.exit(worker.main())
"""


class Worker:
    """A worker with its job; its input remains open, as with a running parent."""

    def __init__(self, job: Job, body: str | None, replaced: str) -> None:
        program = ["-m", "reglab.processes.worker"]
        if body is not None:
            program = ["-c", REPLACED.format(body=body, replaced=replaced)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([sys.executable, *program], stdin=pipe, stdout=pipe, stderr=pipe)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.stdin, self.stdout, self.stderr = self.process.stdin, self.process.stdout, self.process.stderr
        self.stdin.write(encode(job))
        self.stdin.flush()

    def read(self, kind: type[Any]) -> Any:
        """The next event of a kind."""
        return next(event for event in map(decode, self.stdout) if isinstance(event, kind))

    def end(self) -> tuple[int, str, str]:
        """Exit code, message of the `failed` event, and standard error."""
        last = [decode(line) for line in self.stdout][-1:]
        message = last[0].message if last and isinstance(last[0], Failed) else ""
        return self.process.wait(), message, self.stderr.read().decode()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.stdin, self.stdout, self.stderr):
            pipe.close()


@pytest.fixture
def start() -> Iterator[Callable[..., Worker]]:
    """Starts workers, and kills those that still run at the end of a test."""
    started: list[Worker] = []

    def make(job: Job, body: str | None = None, replaced: str = "start_backend") -> Worker:
        started.append(Worker(job, body, replaced))
        return started[-1]

    yield make
    for worker in started:
        worker.close()


@pytest.fixture
def make_job(tmp_path: Path, pictures: Path, make_experiment: Callable[..., Experiment]) -> Maker:
    """A job for the tiny pictures, with results in the temporary folder of the test."""

    def make(data: Path | None = pictures, **sections: object) -> Job:
        experiment = make_experiment(**sections)
        return Job(experiment=experiment, results=tmp_path / "results", data_directory=data)

    return make


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory(tmp_path / "results" / "tiny" / "seed-0")


@pytest.fixture(autouse=True)
def _own_cache(cache: object) -> None:
    """The fixture `cache` sets a variable that the workers read."""

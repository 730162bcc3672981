"""Tasks of Ray that are lost, refused or stopped; without Ray."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ray.exceptions import NodeDiedError, OutOfMemoryError, TaskCancelledError, WorkerCrashedError

from reglab.errors import RunError
from reglab.experiment import Experiment
from reglab.processes.events import Event, Failed, Finished, Job, Note, Started, Warned
from reglab.processes.launch import Outcome
from reglab.runs.layout import RunDirectory
from reglab.study.engines import ray as engine
from reglab.study.engines.base import Task
from reglab.study.engines.node import Unfit
from reglab.study.engines.ray import RayEngine
from reglab.study.resources import Resources

NET = Experiment(name="net")
STARTED = Started(title="net", epochs=2, epochs_done=0, steps=1, images=1)
DONE = Outcome(RunDirectory(Path("/elsewhere")), 0)
REST = "; the run resumes when no process trains it any longer"


class FakeRay:
    """Tasks whose messages are given for each attempt, in the order of submission.

    Attributes:
        attempts: messages and errors of the next attempts.
        submitted: options and job of each attempt.
        cancelled: job of each task that was cancelled, and whether by force.
        is_stopped: whether the flag is set.
    """

    def __init__(self) -> None:
        self.attempts: list[list[Any]] = []
        self.submitted: list[tuple[dict[str, Any], Job]] = []
        self.cancelled: list[tuple[int, bool]] = []
        self.is_stopped = False
        self._streams: list[Iterator[Any]] = []
        self.nodes = (SimpleNamespace(cores=2),)

    def remote(self, function: Any) -> Any:
        return SimpleNamespace(options=lambda **options: SimpleNamespace(remote=self._submitter(options)))

    def wait(self, streams: list[Any], num_returns: int, timeout: float) -> Any:
        return streams[-1:], streams[:-1]

    def get(self, message: Any) -> Any:
        if isinstance(message, Exception):
            raise message
        return message

    def cancel(self, stream: Any, force: bool) -> None:
        self.cancelled.append((self._streams.index(stream), force))

    @contextmanager
    def sharing(self, folders: Any) -> Iterator[str]:
        yield "origin"

    def start_flag(self) -> Any:
        def stop() -> None:
            self.is_stopped = True

        return SimpleNamespace(set=SimpleNamespace(remote=stop))

    def _submitter(self, options: dict[str, Any]) -> Callable[..., Any]:
        def submit(job: Job, origin: str, flag: Any) -> Any:
            self.submitted.append((options, job))
            self._streams.append(iter(self.attempts.pop(0)))
            return self._streams[-1]

        return submit


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeRay:
    """Ray, and runs that may be resumed at once."""
    fake = FakeRay()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(engine, "ray", fake)
    monkeypatch.setattr(engine, "_SECONDS_BETWEEN_CHECKS", 0)
    monkeypatch.setattr(engine, "LostRun", lambda run: SimpleNamespace(may_resume=lambda: True))
    return fake


def train(
    fake: Any,
    *attempts: list[Any],
    resources: Resources | None = None,
    stop_at: Any = None,
    fresh: bool = False,
) -> list[tuple[int, Event | Outcome]]:
    """Trains one run, or one with each seed below `runs`; returns what was reported."""
    fake.attempts = list(attempts)
    reported: list[tuple[int, Event | Outcome]] = []

    def report(number: int, message: Event | Outcome) -> bool:
        reported.append((number, message))
        return message != stop_at

    runs = 3 if stop_at is not None else 1
    tasks = [
        Task(Job(experiment=NET.with_seed(seed), results=Path("results"), fresh=fresh), 4)
        for seed in range(runs)
    ]
    RayEngine(fake, resources or Resources(2)).train(tasks, report)
    return reported


def end(code: int, seed: int = 0) -> Outcome:
    return Outcome(RunDirectory(Path("results") / "net" / f"seed-{seed}"), code)


def test_a_task_has_its_share(fake: FakeRay) -> None:
    """Of cores that one machine has, and a GPU if there are some; paths are absolute."""
    assert train(fake, [STARTED, DONE], resources=Resources(2, gpus=1)) == [(0, STARTED), (0, end(0))]
    ((options, job),) = fake.submitted
    assert (options["num_cpus"], options["num_gpus"], job.threads, job.device) == (2, 1, 4, "gpu:0")
    assert job.results == Path.cwd() / "results"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (WorkerCrashedError(), "its process was killed"),
        (NodeDiedError("gone"), "its machine was lost"),
        (OutOfMemoryError("full"), "the memory of its machine was not sufficient"),
    ],
)
def test_a_lost_run_resumes(fake: FakeRay, error: Exception, reason: str) -> None:
    """It is submitted again, and the loss is reported."""
    reported = train(fake, [STARTED, error], [STARTED, DONE])
    assert reported == [(0, STARTED), (0, Warned(message=reason + REST)), (0, STARTED), (0, end(0))]


def test_a_lost_fresh_run_is_not_set_aside_again(fake: FakeRay) -> None:
    """Once it has started, the next attempt resumes it."""
    train(fake, [WorkerCrashedError()], [STARTED, WorkerCrashedError()], [STARTED, DONE], fresh=True)
    assert [job.fresh for _, job in fake.submitted] == [True, True, False]


def test_a_run_that_is_lost_too_often(fake: FakeRay) -> None:
    """It fails; the fault may be in the run."""
    *_, failed, last = train(fake, *([[WorkerCrashedError()]] * 4))
    message = "its process was killed, as in 3 attempts before; the same command resumes the run"
    assert (failed, last) == ((0, Failed(message=message)), (0, end(1)))


def test_a_loss_after_the_end(fake: FakeRay) -> None:
    """Changes nothing."""
    assert train(fake, [STARTED, DONE, NodeDiedError("gone")]) == [(0, STARTED), (0, end(0))]


def test_a_machine_that_does_not_fit(fake: FakeRay) -> None:
    """Ends the study with its sentence, after all runs have stopped."""
    with pytest.raises(RunError, match=r"^node7 is too old$"):
        train(fake, [Unfit("node7 is too old")])
    assert fake.is_stopped


def test_runs_are_stopped(fake: FakeRay) -> None:
    """Those that have started end, others are cancelled; both are waited for."""
    stop = Note(message="stop")
    interrupted = Outcome(RunDirectory(Path("/elsewhere")), 130)
    reported = train(
        fake,
        [TaskCancelledError()],
        [TaskCancelledError()],
        [STARTED, stop, Finished(), interrupted],
        stop_at=stop,
    )
    assert (fake.is_stopped, fake.cancelled) == (True, [(0, False), (1, False)])
    assert reported == [(2, STARTED), (2, stop), (2, Finished()), (2, end(130, seed=2))]


def test_jobs_limit_the_tasks(fake: FakeRay) -> None:
    """The next one is submitted when one has ended, and none after a stop."""
    stop = Note(message="stop")
    reported = train(
        fake, [STARTED, stop, WorkerCrashedError()], resources=Resources(8, jobs=1), stop_at=stop
    )
    assert len(fake.submitted) == 1
    assert reported == [(0, STARTED), (0, stop), (0, end(130))]


def test_lost_runs_are_not_resumed_after_a_stop(fake: FakeRay) -> None:
    """A run that waits for its next attempt is interrupted."""
    lost = Warned(message="its process was killed" + REST)
    reported = train(fake, [WorkerCrashedError()], resources=Resources(8, jobs=1), stop_at=lost)
    assert reported == [(0, lost), (0, end(130))]


def test_a_run_that_does_not_stop_is_killed(fake: FakeRay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, after the limit."""
    stop = Note(message="stop")
    monkeypatch.setattr(engine, "STOP_LIMIT", -1.0)
    reported = train(
        fake, [STARTED, stop, Finished(), TaskCancelledError()], resources=Resources(8, jobs=1), stop_at=stop
    )
    assert fake.cancelled == [(0, True)]
    assert reported[-1] == (0, end(130))

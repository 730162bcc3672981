"""Trains runs as tasks of a Ray cluster."""

import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import ray
from ray.exceptions import (
    LocalRayletDiedError,
    NodeDiedError,
    OutOfMemoryError,
    RayError,
    TaskCancelledError,
    WorkerCrashedError,
)

from reglab.errors import RunError
from reglab.processes.events import FAILED, INTERRUPTED, Failed, Job, Started, Warned
from reglab.processes.launch import Outcome
from reglab.runs.layout import RunDirectory, run_path
from reglab.study.engines.base import Report, Task
from reglab.study.engines.cluster import Cluster
from reglab.study.engines.lost_run import LostRun
from reglab.study.engines.node import Origin, Unfit, train_on_node
from reglab.study.resources import Resources

MOST_LOSSES = 3
"""Machines or processes that a run may lose; the fault may be in the run."""
STOP_LIMIT = 120.0
"""Seconds after which a run that has not stopped is killed."""
_SECONDS_BETWEEN_CHECKS = 0.5
_LOST = (WorkerCrashedError, NodeDiedError, LocalRayletDiedError, OutOfMemoryError)


@dataclass
class _Run:
    """A run that was submitted at least once.

    Attributes:
        number: of its task.
        task: what is trained.
        job: the same with absolute paths and its resources.
        directory: of the run, as the caller names it.
        has_started: whether an event was received in this attempt.
        has_ended: whether its end was received.
        losses: attempts that were lost.
    """

    number: int
    task: Task
    job: Job
    directory: RunDirectory
    has_started: bool = False
    has_ended: bool = False
    losses: int = 0


class RayEngine:
    """One task of Ray for each run, with its share of cores and GPUs.

    A run whose machine or process is lost resumes on another machine, from the checkpoint in the results.

    Args:
        cluster: which has been joined.
        resources: of the cluster.
    """

    def __init__(self, cluster: Cluster, resources: Resources) -> None:
        self._cluster, self._resources = cluster, resources

    def train(self, tasks: Sequence[Task], report: Report) -> None:
        """Trains all tasks; see `Engine`.

        Raises:
            RunError: a machine cannot train the runs.
        """
        runs = [self._prepare(number, task) for number, task in enumerate(tasks)]
        folders = dict.fromkeys(run.job.results for run in runs)
        with self._cluster.sharing(tuple(folders)) as origin:
            _Session(self._cluster, self._resources, runs, report, origin).train()

    def _prepare(self, number: int, task: Task) -> _Run:
        job, experiment = task.job, task.job.experiment
        data = None if job.data_directory is None else job.data_directory.absolute()
        # Ray shows each task only the GPU that it has reserved.
        device = "gpu:0" if self._resources.gpus else None
        changes = {"results": job.results.absolute(), "data_directory": data}
        changed = job.model_copy(update={**changes, "threads": task.threads, "device": device})
        directory = RunDirectory(run_path(job.results, experiment.name, experiment.training.seed))
        return _Run(number, task, changed, directory)


class _Session:
    """The runs of one call of `RayEngine.train`."""

    def __init__(
        self, cluster: Cluster, resources: Resources, runs: Sequence[_Run], report: Report, origin: Origin
    ) -> None:
        self._resources, self._report, self._origin = resources, report, origin
        self._most_cores = max(node.cores for node in cluster.nodes)
        self._waiting = deque(runs)
        # Streams of messages from tasks that are submitted.
        self._submitted: dict[Any, _Run] = {}
        self._lost: list[tuple[_Run, LostRun]] = []
        self._flag = cluster.start_flag()
        self._train_remotely = ray.remote(train_on_node)
        self._stopped_at: float | None = None

    def train(self) -> None:
        try:
            while self._waiting or self._submitted or self._lost:
                self._resume_lost()
                self._submit()
                if not self._receive():
                    self._stop()
        except BaseException:
            self._stop()
            while self._submitted:
                # The first error is raised.
                with suppress(RunError):
                    self._receive()
            raise

    def _submit(self) -> None:
        jobs = self._resources.jobs
        while self._waiting and (jobs is None or len(self._submitted) < jobs):
            run = self._waiting.popleft()
            run.has_started = run.has_ended = False
            task = self._train_remotely.options(
                # A run that was started on a machine with more cores keeps its number of threads.
                num_cpus=min(run.task.threads, self._most_cores),
                num_gpus=1 if self._resources.gpus else 0,
                num_returns="streaming",
                max_retries=0,
                scheduling_strategy="SPREAD",
            )
            self._submitted[task.remote(run.job, self._origin, self._flag)] = run

    def _receive(self) -> bool:
        """Waits for the next message of any run, for a short time; returns whether to continue."""
        self._kill_late()
        if not self._submitted:
            time.sleep(_SECONDS_BETWEEN_CHECKS)
            return True
        ready, _ = ray.wait(list(self._submitted), num_returns=1, timeout=_SECONDS_BETWEEN_CHECKS)
        return not ready or self._take(ready[0])

    def _take(self, stream: Any) -> bool:
        """Takes the next message of a run; returns whether to continue."""
        run = self._submitted[stream]
        try:
            message = ray.get(next(stream))
        except (StopIteration, TaskCancelledError):
            del self._submitted[stream]
            # A run that was cancelled before it started has no end.
            return run.has_ended or self._interrupt(run)
        except _LOST as error:
            del self._submitted[stream]
            return run.has_ended or self._lose(run, error)
        except RayError as error:
            del self._submitted[stream]
            raise RunError(f"a task of Ray failed: {str(error).strip().splitlines()[-1]}") from error
        run.has_started = True
        match message:
            case Unfit():
                run.has_ended = True
                raise RunError(message.message)
            case Outcome():
                run.has_ended = True
                return self._report(run.number, replace(message, run=run.directory))
            case Started():
                # The old run is set aside; the next attempt resumes this one.
                run.job = run.job.model_copy(update={"fresh": False})
        return self._report(run.number, message)

    def _lose(self, run: _Run, error: RayError) -> bool:
        """Plans the next attempt of a run; returns whether to continue."""
        if self._stopped_at is not None:
            return self._interrupt(run)
        run.losses += 1
        reason = _describe(error)
        if run.losses > MOST_LOSSES:
            message = f"{reason}, as in {MOST_LOSSES} attempts before; the same command resumes the run"
            goes_on = self._report(run.number, Failed(message=message))
            return self._end(run, FAILED) and goes_on
        self._lost.append((run, LostRun(run.directory)))
        message = f"{reason}; the run resumes when no process trains it any longer"
        return self._report(run.number, Warned(message=message))

    def _resume_lost(self) -> None:
        for entry in list(self._lost):
            run, lost = entry
            if lost.may_resume():
                self._lost.remove(entry)
                self._waiting.appendleft(run)

    def _end(self, run: _Run, code: int) -> bool:
        return self._report(run.number, Outcome(run.directory, code))

    def _interrupt(self, run: _Run) -> bool:
        """Reports the end of a run that was stopped; a run that has never started has no end."""
        return self._end(run, INTERRUPTED) if run.has_started or run.losses else True

    def _stop(self) -> None:
        """Makes all runs stop after their current step, and starts no more."""
        if self._stopped_at is not None:
            return
        self._stopped_at = time.monotonic()
        # Without the flag, the tasks stop too.
        with suppress(RayError):
            ray.get(self._flag.set.remote())
        for stream, run in self._submitted.items():
            if not run.has_started:
                ray.cancel(stream, force=False)
        unsubmitted = [*self._waiting, *(run for run, _ in self._lost)]
        self._waiting.clear()
        self._lost.clear()
        for run in unsubmitted:
            run.has_started = False
            self._interrupt(run)

    def _kill_late(self) -> None:
        if self._stopped_at is not None and time.monotonic() > self._stopped_at + STOP_LIMIT:
            self._stopped_at = float("inf")
            for stream in self._submitted:
                ray.cancel(stream, force=True)


def _describe(error: RayError) -> str:
    match error:
        case OutOfMemoryError():
            return "the memory of its machine was not sufficient"
        case NodeDiedError() | LocalRayletDiedError():
            return "its machine was lost"
    return "its process was killed"

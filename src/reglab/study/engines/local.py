"""Trains runs as processes of this machine."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue

from reglab.processes.events import Event, Job
from reglab.processes.forking import ForkServer, can_fork
from reglab.processes.launch import Outcome, RunProcess, WorkerProcess, start_run, start_worker
from reglab.study.engines.base import Report, Task
from reglab.study.resources import Resources

StartWorker = Callable[[Job], WorkerProcess]
Messages = SimpleQueue[tuple[int, Event | Outcome]]


@dataclass(frozen=True)
class _Running:
    """A run that is trained, and what it uses."""

    process: RunProcess
    threads: int
    gpu: int


class LocalEngine:
    """One process for each run, as many at a time as the resources allow.

    Args:
        resources: of this machine.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def train(self, tasks: Sequence[Task], report: Report) -> None:
        """Trains all tasks; see `Engine`."""
        # A GPU cannot be used by a process that was forked after another one has used it.
        if len(tasks) > 1 and not self._resources.gpus and can_fork():
            with ForkServer() as server:
                self._train(tasks, report, server.start_worker)
        else:
            self._train(tasks, report, start_worker)

    def _train(self, tasks: Sequence[Task], report: Report, start: StartWorker) -> None:
        waiting = deque(enumerate(tasks))
        running: dict[int, _Running] = {}
        messages: Messages = SimpleQueue()
        try:
            while True:
                while waiting and self._fits(waiting[0][1], running):
                    number, task = waiting.popleft()
                    running[number] = self._start(number, task, running, messages, start)
                if not running:
                    return
                number, message = messages.get()
                if isinstance(message, Outcome):
                    del running[number]
                if not report(number, message):
                    waiting.clear()
                    _stop(running)
        except BaseException:
            _stop(running)
            while running:
                number, message = messages.get()
                if isinstance(message, Outcome):
                    del running[number]
                    report(number, message)
            raise

    def _fits(self, task: Task, running: dict[int, _Running]) -> bool:
        return self._resources.may_start(task.threads, [each.threads for each in running.values()])

    def _start(
        self,
        number: int,
        task: Task,
        running: dict[int, _Running],
        messages: Messages,
        start: StartWorker,
    ) -> _Running:
        job = task.job.model_copy(update={"threads": task.threads})
        used = [each.gpu for each in running.values()]
        # The GPU with the fewest runs; 0 without a GPU.
        gpu = min(range(max(1, self._resources.gpus)), key=used.count)
        if self._resources.gpus:
            job = job.model_copy(update={"device": f"gpu:{gpu}"})
        process = start_run(job, start)
        threading.Thread(target=_follow, args=(number, process, messages), daemon=True).start()
        return _Running(process, task.threads, gpu)


def _follow(number: int, process: RunProcess, messages: Messages) -> None:
    """Passes on the events of a process, and its end."""
    for event in process.events():
        messages.put((number, event))
    messages.put((number, process.wait()))


def _stop(running: dict[int, _Running]) -> None:
    for each in running.values():
        each.process.stop()

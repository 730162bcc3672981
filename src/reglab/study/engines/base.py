"""What every engine does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from reglab.processes.events import Event, Job
from reglab.processes.launch import Outcome


@dataclass(frozen=True)
class Task:
    """A run that an engine trains.

    Attributes:
        job: the run.
        threads: of its training on the CPU.
    """

    job: Job
    threads: int


Report = Callable[[int, Event | Outcome], bool]
"""Receives the number of a task and its event, or its end; returns whether the engine shall continue."""


class Engine(Protocol):
    """Trains runs, several at a time."""

    def train(self, tasks: Sequence[Task], report: Report) -> None:
        """Trains all tasks, and returns when each has ended.

        After `report` has returned False, no further run starts, and those that are trained stop after their
        current step; so they do at Ctrl-C, after which KeyboardInterrupt is raised.

        Args:
            tasks: in the order in which they start.
            report: called in the thread of the caller.
        """

"""When a run whose machine or process was lost may be resumed."""

import time

from reglab.errors import RunError
from reglab.runs.layout import RunDirectory
from reglab.runs.lock import is_locked
from reglab.runs.status import read_status

CLOCK_DIFFERENCE = 10.0
"""Seconds by which the clocks of two machines may differ; each compares the heartbeat with its own."""


class LostRun:
    """A run that another process may still train.

    A killed process on this machine releases its lock at once. On another machine, only its heartbeat shows
    that it has ended.

    Args:
        run: the run.
    """

    def __init__(self, run: RunDirectory) -> None:
        self._run = run
        self._may_resume_at = 0.0

    def may_resume(self) -> bool:
        """Whether no process trains the run, seen from this machine and from others."""
        if is_locked(self._run.path):
            return False
        try:
            if read_status(self._run.status).is_trained_elsewhere:
                self._may_resume_at = time.monotonic() + CLOCK_DIFFERENCE
        except RunError:
            # It was lost before it had a status; if the status is damaged, the next attempt reports that.
            return True
        return time.monotonic() >= self._may_resume_at

"""Handles Ctrl-C and SIGTERM: several signals in a row interrupt a process once."""

import signal
import time
from types import FrameType

_REPEAT_AFTER = 3.0
"""Seconds after which another signal interrupts again, because a finalizer may have lost the exception."""


class Interruption:
    """A signal handler that raises KeyboardInterrupt.

    Ctrl-C in a terminal sends two signals to a worker: one from the terminal and one because the parent
    stops it. The second signal must not interrupt the cleanup after the first.

    Attributes:
        requested: whether a signal was received. A library may turn the KeyboardInterrupt into another
            error, which must then not be reported as a failure.
    """

    def __init__(self) -> None:
        self.requested = False
        self._last = 0.0

    def listen(self) -> None:
        """Handles SIGINT and SIGTERM from now on."""
        signal.signal(signal.SIGTERM, self)
        signal.signal(signal.SIGINT, self)

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Raises KeyboardInterrupt, unless it was raised less than 3 seconds ago."""
        now = time.monotonic()
        if self.requested and now - self._last < _REPEAT_AFTER:
            return
        self.requested, self._last = True, now
        raise KeyboardInterrupt

"""Ctrl-C and SIGTERM: one orderly end, however often they arrive."""

import signal
import time
from types import FrameType

_PATIENCE = 3.0
"""Seconds after which another signal counts again: the first one may have been lost in a finalizer."""


class Interruption:
    """A signal handler that raises KeyboardInterrupt.

    Ctrl-C in a terminal reaches a worker twice, from the terminal and from the parent; the second signal
    must not interrupt the cleanup after the first.

    Attributes:
        requested: whether a signal has arrived. A library may turn the KeyboardInterrupt into another
            error, which is then not a failure.
    """

    def __init__(self) -> None:
        self.requested = False
        self._last = 0.0

    def listen(self) -> None:
        """Handles SIGINT and SIGTERM from now on."""
        signal.signal(signal.SIGTERM, self)
        signal.signal(signal.SIGINT, self)

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Raises KeyboardInterrupt, unless it has just done so."""
        now = time.monotonic()
        if self.requested and now - self._last < _PATIENCE:
            return
        self.requested, self._last = True, now
        raise KeyboardInterrupt

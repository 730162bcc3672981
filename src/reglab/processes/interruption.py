"""Ctrl-C and SIGTERM: one orderly end, however often they come."""

import signal
import time
from types import FrameType

_PATIENCE = 3.0
"""Seconds after which another signal counts again: the first one may have been lost in a finalizer."""


class Interruption:
    """A signal handler that raises KeyboardInterrupt.

    A terminal's Ctrl-C reaches a worker twice, from the terminal and from the parent; the second must
    not disturb the tidying up after the first.

    Attributes:
        requested: whether a signal has come. Code that was interrupted may have turned the
            KeyboardInterrupt into another error, which then is none.
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

"""Several signals in a row interrupt a process once."""

import signal
import time

import pytest

from reglab.processes.interruption import Interruption


def test_the_first_signal_interrupts_and_the_next_does_not() -> None:
    """The second of two signals is ignored, and `requested` remains true."""
    interruption = Interruption()
    assert not interruption.requested
    with pytest.raises(KeyboardInterrupt):
        interruption(signal.SIGINT, None)
    assert interruption.requested
    interruption(signal.SIGTERM, None)


def test_a_later_signal_interrupts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """After more than 3 seconds, because the first exception may have been lost."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    interruption = Interruption()
    with pytest.raises(KeyboardInterrupt):
        interruption(signal.SIGINT, None)
    now[0] += 3.5
    with pytest.raises(KeyboardInterrupt):
        interruption(signal.SIGINT, None)

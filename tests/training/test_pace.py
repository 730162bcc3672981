"""How fast a training is, and how that is said."""

from typing import Any

import pytest
from reglab.training.pace import Pace, format_figures, format_seconds

from reglab.runs.history import Epoch


def _row(number: int, seconds: float = 20.0) -> Epoch:
    return Epoch(number, seconds, 1e-3, 1.0, 0.5, 1.0, 0.9, 0.623, 1.1, 0.51, 0.0, 0.113, 0.2)


def test_time_left_is_unknown_at_first(clock: Any) -> None:
    """No epoch done, no pace; then the rest at the last epoch's pace, never below zero."""
    pace = Pace()
    pace.begin(4, 0, 10, 1000)
    pace.begin_epoch(1)
    assert pace.seconds_left(None) is None
    assert pace.seconds_left(_row(1)) == 60
    pace.begin_epoch(2)
    pace.advance(5)
    assert (pace.seconds_left(_row(1)), pace.steps_done) == (50, 15)
    assert pace.seconds_left(_row(4)) == 0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "?"),
        (0.4, "0 s"),
        (89.4, "89 s"),
        (90, "2 min"),
        (3_000, "50 min"),
        (5_369, "89 min"),
        (5_400, "1 h 30 min"),
        (11_100, "3 h 05 min"),
    ],
)
def test_durations(seconds: float | None, text: str) -> None:
    """Seconds, minutes, hours; the unit that fits."""
    assert format_seconds(seconds) == text


def test_figures_of_an_epoch() -> None:
    """Percentages with one digit; a gap below zero keeps its sign."""
    row = Epoch(1, 1.0, 1e-3, 1.0, 0.5, 1.0, 0.9, 0.5, 1.1, 0.5125, 0.0, -0.0125, 0.2)
    assert format_figures(row) == "clean 50.0%  validation 51.2%  gap -1.2 points"

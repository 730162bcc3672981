"""The share of the time that may be spent on looking at a training instead of training."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Budget:
    """Decides whether there is time for an activity beside the training.

    An activity is allowed as soon as all activities, it included, would take less than a share of the time.
    Its duration is expected to be that of the last time. The first time of an activity does not count, since
    it compiles.

    Short activities fit before a long one does, and would leave no time for it. They are therefore allowed
    only a part of the share.

    Args:
        share: of the time since the start, in (0, 1).
        clock: returns seconds.
    """

    def __init__(self, share: float, clock: Callable[[], float] = time.perf_counter) -> None:
        self._share = share
        self._clock = clock
        self._begin = clock()
        self._spent: dict[str, float] = {}
        self._durations: dict[str, float] = {}

    def allows(self, activity: str, part: float = 1.0) -> bool:
        """Whether the activity fits; the first one of a name always does.

        Args:
            activity: its name.
            part: of the share that this activity may take, in (0, 1].
        """
        share = self._share * (self._clock() - self._begin)
        duration = self._durations.get(activity, 0.0)
        fits = sum(self._spent.values()) + duration <= share
        return fits and self._spent.get(activity, 0.0) + duration <= part * share

    @contextmanager
    def spend(self, activity: str) -> Iterator[None]:
        """Counts the time of the block."""
        begin = self._clock()
        try:
            yield
        finally:
            duration = self._clock() - begin
            if activity in self._durations:
                self._durations[activity] = duration
                self._spent[activity] = self._spent.get(activity, 0.0) + duration
            else:
                self._durations[activity] = 0.0

    def restart(self) -> None:
        """Discards the time, not the durations, as after a pause in which nothing was trained."""
        self._begin, self._spent = self._clock(), {}

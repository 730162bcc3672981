"""How fast a training is, how long it will still take, and how both are said."""

import time

from reglab.runs.history import Epoch


class Pace:
    """How fast a training is, and how long it will still take."""

    def __init__(self) -> None:
        self.epochs = 0
        self.last: Epoch | None = None
        self.images_per_second = 0.0
        self._epoch = 0
        self._step = 0
        self._steps = 1
        self._images = 0
        self._begin = 0.0

    def begin(self, epochs: int, epochs_done: int, steps: int, images: int) -> None:
        """A training of so many epochs, of so many steps and images each."""
        self.epochs, self._steps, self._images = epochs, steps, images
        self._epoch = epochs_done

    def begin_epoch(self, epoch: int) -> None:
        """Starts the clock of an epoch."""
        self._epoch, self._step, self._begin = epoch, 0, time.perf_counter()

    def advance(self, step: int) -> None:
        """So many steps of the epoch are done."""
        self._step = step
        seconds = time.perf_counter() - self._begin
        self.images_per_second = self._images * step / self._steps / max(seconds, 1e-9)

    @property
    def epoch(self) -> int:
        """The epoch that is under way, from 1."""
        return self._epoch

    @property
    def steps_done(self) -> int:
        """Of all epochs."""
        return max(0, self._epoch - 1) * self._steps + self._step

    def seconds_left(self, row: Epoch | None) -> float | None:
        """Until the last epoch is over, at the last epoch's pace; None while that is not known."""
        if row is None:
            return None
        left = self.epochs - row.epoch
        under_way = self._step / self._steps if self._epoch > row.epoch else 0.0
        return max(0.0, (left - under_way) * row.seconds)


def describe_pace(pace: Pace) -> tuple[str, ...]:
    """Epoch, speed and time left; then the last epoch's figures, if there was one."""
    parts = [f"epoch {max(1, pace.epoch)}/{pace.epochs}", f"{pace.images_per_second:.0f} images/s"]
    if pace.last is None:
        return (" · ".join(parts),)
    parts.append(f"{format_seconds(pace.seconds_left(pace.last))} left")
    return " · ".join(parts), format_figures(pace.last)


def format_figures(row: Epoch) -> str:
    """An epoch's accuracies and gap."""
    return (
        f"clean {row.clean_accuracy:.1%}  validation {row.val_accuracy:.1%}  "
        f"gap {100 * row.gap_accuracy:+.1f} points"
    )


def format_seconds(seconds: float | None) -> str:
    """`45 s`, `12 min`, `3 h 05 min`."""
    if seconds is None:
        return "?"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"

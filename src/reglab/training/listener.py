"""The progress of a training, as method calls."""

from reglab.runs.history import Epoch


class Listener:
    """Receives the progress of a training. The methods of this base class do nothing."""

    def begin(self, title: str, epochs: int, epochs_done: int, steps: int, images: int) -> None:
        """A training starts, or resumes after `epochs_done` epochs; `steps` and `images` are per epoch."""

    def begin_epoch(self, epoch: int) -> None:
        """An epoch starts; `epoch` is counted from 1."""

    def advance(self, step: int) -> None:
        """`step` steps of this epoch are done."""

    def end_epoch(self, row: Epoch) -> None:
        """An epoch is recorded."""

    def say(self, message: str) -> None:
        """A message for the user."""

    def warn(self, message: str) -> None:
        """A message about a problem that does not end the training."""

    def end(self) -> None:
        """The training has ended, complete or not."""

"""What a training reports while it runs."""

from reglab.runs.history import Epoch


class Listener:
    """Receives the progress of a training; this one does nothing with it."""

    def begin(self, title: str, epochs: int, epochs_done: int, steps: int, images: int) -> None:
        """A training starts or resumes after `epochs_done` epochs of `steps` steps and `images` images."""

    def begin_epoch(self, epoch: int) -> None:
        """An epoch starts; they count from 1."""

    def advance(self, step: int) -> None:
        """`step` steps of this epoch are done."""

    def end_epoch(self, row: Epoch) -> None:
        """An epoch is recorded."""

    def say(self, message: str) -> None:
        """A sentence for the user."""

    def warn(self, message: str) -> None:
        """A sentence about a problem that does not end the training."""

    def end(self) -> None:
        """The training has ended, completed or not."""

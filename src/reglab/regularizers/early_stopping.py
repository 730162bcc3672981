"""Early stopping: training ends when validation no longer improves."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Regularizer

Monitor = Literal["val_cross_entropy", "val_accuracy"]


class EarlyStopping(Regularizer):
    """Stops after `patience` epochs in a row without a new best validation value, and goes back to it.

    An epoch is better if its value beats the best so far by more than `min_delta`. Fewer steps keep the
    weights nearer to where they started, much as an L2 penalty does.

    Source: Prechelt, "Early Stopping – But When?", 1998; Goodfellow, Bengio and Courville, "Deep
    Learning", 2016, section 7.8.
    """

    title: ClassVar[str] = "Early stopping"

    patience: Annotated[int, Field(ge=1)] = 5
    """Epochs in a row without improvement after which training ends."""
    monitor: Monitor = "val_cross_entropy"
    """The column that is watched: cross-entropy should fall, accuracy rise."""
    min_delta: Annotated[float, Field(ge=0)] = 0.0
    """By how much an epoch has to beat the best one, in the column's units."""
    restore_best_weights: bool = True
    """End with the weights of the best epoch, also when training was not cut short."""
    start_from_epoch: Annotated[int, Field(ge=0)] = 0
    """Epochs at the beginning that are not watched."""

    def callbacks(self) -> Sequence[Any]:
        """The callback that watches the history."""
        from reglab.regularizers.layers.early_stopping import EarlyStoppingCallback

        return (EarlyStoppingCallback(self),)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """Validation data that choose the epoch are no test data any more."""
        if setup.data.validation == "test":
            yield Advice(
                "early stopping on the test set tunes on it, so its result is too good: hold out a "
                "fraction of train, as in data.validation: 0.1",
                "Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2009, section 7.2",
            )

    def conflicts(self, setup: Setup) -> Iterable[Conflict]:
        """A watch that begins when the training is over."""
        epochs = setup.training.epochs
        if self.start_from_epoch >= epochs:
            message = f"expected less than training.epochs, {epochs}, got {self.start_from_epoch}"
            yield Conflict("start_from_epoch", message)

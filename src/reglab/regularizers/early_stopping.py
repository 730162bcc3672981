"""Early stopping: training ends when the validation value no longer improves."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from reglab.config.base import Count
from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Regularizer

Monitor = Literal["val_cross_entropy", "val_accuracy"]


class EarlyStopping(Regularizer):
    """Stops after `patience` epochs in a row without improvement, and restores the best epoch's weights.

    An epoch is an improvement if its value is better than the best one so far by more than `min_delta`; a
    gain of exactly `min_delta` is not. Fewer steps keep the weights near to their initial values, similar
    to an L2 penalty.

    Source: Prechelt, "Early Stopping – But When?", 1998; Goodfellow, Bengio and Courville, "Deep
    Learning", 2016, section 7.8.
    """

    title: ClassVar[str] = "Early stopping"

    patience: Count = 5
    """Number of epochs in a row without improvement after which training ends."""
    monitor: Monitor = "val_cross_entropy"
    """Column of the history to compare: smaller cross-entropy or larger accuracy is better."""
    min_delta: Annotated[float, Field(ge=0, le=1000)] = 0.0
    """Gain that an improvement must exceed, in the units of the column."""
    restore_best_weights: bool = True
    """Restore the weights of the best epoch at the end, even if training was not stopped early."""
    start_from_epoch: Annotated[int, Field(ge=0)] = 0
    """Number of epochs at the beginning that are not compared."""

    def callbacks(self) -> Sequence[Any]:
        """The callback that compares the epochs."""
        from reglab.regularizers.layers.early_stopping import EarlyStoppingCallback

        return (EarlyStoppingCallback(self),)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """A test set that selects the epoch."""
        if setup.data.validation == "test":
            yield Advice(
                "early stopping selects the epoch on the test set, so its test result is too optimistic: "
                "hold out a part of train, as in data.validation: 0.1",
                "Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2009, section 7.2",
            )

    def conflicts(self, setup: Setup) -> Iterable[Conflict]:
        """A training that ends before the first epoch is compared."""
        epochs = setup.training.epochs
        if self.start_from_epoch >= epochs:
            message = f"expected a number below training.epochs, {epochs}, got {self.start_from_epoch}"
            yield Conflict("start_from_epoch", message)

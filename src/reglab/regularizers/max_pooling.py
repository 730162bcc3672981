"""Max pooling: each window of a feature map is replaced by its largest value."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Position
from reglab.regularizers.pooling import Pooling


class MaxPooling(Pooling):
    """Takes the maximum of each window of the feature maps, after every group of convolutions.

    y[i, j, c] = max over 0 ≤ u, v < P of x[S·i + u, S·j + v, c]; a side of W becomes ⌊(W − P) / S⌋ + 1,
    the number of maps stays, and there are no parameters. Windows overlap when S < P.

    Source: Ranzato, Huang, Boureau and LeCun, "Unsupervised Learning of Invariant Feature
    Hierarchies", 2007; as a regularizer: Scherer, Müller and Behnke, "Evaluation of Pooling
    Operations", 2010.
    """

    title: ClassVar[str] = "Max pooling"

    def end_of_group(self, position: Position) -> Sequence[Any]:
        """The pooling layer."""
        from keras import layers

        pool = layers.MaxPooling2D(
            self.pool_size, self.strides, self.padding, name=f"{position.layer}_max_pooling"
        )
        return (pool,)

    def conflicts(self, setup: Setup) -> Iterable[Conflict]:
        """Windows that do not fit the feature maps."""
        yield from self.window_conflicts(setup)

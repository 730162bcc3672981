"""Max pooling: each window of a feature map is replaced by its largest value."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Position
from reglab.regularizers.pooling import Pooling


class MaxPooling(Pooling):
    """Takes the maximum of each window of the feature maps, after every group of convolutions.

    y[i, j, c] = max over 0 ≤ u, v < P of x[S·i + u, S·j + v, c] for windows of P × P, S pixels apart. The
    number of maps does not change, and there are no parameters. Windows overlap if S < P.

    Source: Ranzato, Huang, Boureau and LeCun, "Unsupervised Learning of Invariant Feature
    Hierarchies", 2007. Comparison with average pooling: Scherer, Müller and Behnke, "Evaluation of Pooling
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
        """Windows that have no effect or do not fit the feature maps."""
        yield from self.window_conflicts(setup)

"""Average pooling: each window of a feature map is replaced by its mean."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Position
from reglab.regularizers.pooling import Pooling


class AveragePooling(Pooling):
    """Takes the mean of each window of the feature maps, after every group of convolutions.

    y[i, j, c] = 1 / P² · Σ over 0 ≤ u, v < P of x[S·i + u, S·j + v, c] for windows of P × P, S pixels
    apart. The number of maps does not change, and there are no parameters. With padding `same`, the mean is
    over the values inside the map. It cannot be combined with max pooling.

    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document
    Recognition", 1998. Comparison with max pooling: Boureau, Ponce and LeCun, "A Theoretical Analysis of
    Feature Pooling in Visual Recognition", 2010.
    """

    title: ClassVar[str] = "Average pooling"

    def end_of_group(self, position: Position) -> Sequence[Any]:
        """The pooling layer."""
        from keras import layers

        pool = layers.AveragePooling2D(
            self.pool_size, self.strides, self.padding, name=f"{position.layer}_average_pooling"
        )
        return (pool,)

    def conflicts(self, setup: Setup) -> Iterable[Conflict]:
        """Both kinds of pooling at once; windows that have no effect or do not fit the feature maps."""
        if "max_pooling" in setup.regularizers:
            yield Conflict(
                "",
                "average_pooling and max_pooling cannot be combined; "
                "remove one of them, as in max_pooling: null",
            )
        else:
            yield from self.window_conflicts(setup)

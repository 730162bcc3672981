"""DropBlock: square regions of feature maps are dropped at random while training."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Position, Regularizer


class DropBlock(Regularizer):
    """Zeroes blocks of B × B neighbouring values of each feature map, after every group of convolutions.

    y = x · m / mean(m). In each map of each image, every pixel from which a block fits is the corner of a
    dropped block with probability γ = rate / B² · (H · W) / ((H − B + 1) · (W − B + 1)), for maps of H × W;
    m is 0 inside a dropped block and 1 elsewhere, and its mean is over the batch. y = x in inference. A map
    that is smaller than a block is dropped as a whole. Blocks may overlap, so the fraction that is
    dropped is a little below `rate`.

    Neighbouring values of a feature map are correlated. If only single values are dropped, the values next
    to them contain the same information.

    Source: Ghiasi, Lin and Le, "DropBlock: A regularization method for convolutional networks", 2018. The
    paper drops after the convolutions of its last two groups only, and raises the rate linearly during
    training; here blocks are dropped after every group, before pooling, with a constant rate.
    """

    title: ClassVar[str] = "DropBlock"

    rate: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Fraction of the values to drop; 1 minus the paper's keep_prob."""
    block_size: Annotated[int, Field(ge=1, le=64)] = 7
    """Side of a block (B), pixels; 1 drops single values."""

    def end_of_group(self, position: Position) -> Sequence[Any]:
        """The layer that drops blocks."""
        from reglab.regularizers.layers.drop_block import DropBlockLayer

        name = f"{position.layer}_drop_block"
        return (DropBlockLayer(self.rate, self.block_size, position.key("drop_block"), name),)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """Rates far above the paper's."""
        if self.rate > 0.25:
            yield Advice(
                f"DropBlock rate {self.rate:g} is far above 0.1, the paper's best rate",
                "Ghiasi, Lin and Le, DropBlock, 2018",
            )

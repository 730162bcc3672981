"""Dropout: units are left out at random while training."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Position, Regularizer

Rate = Annotated[float, Field(ge=0, lt=1)]
_PAPER = "Srivastava et al., Dropout, JMLR 15, 2014"


class Dropout(Regularizer):
    """Zeroes each input of a layer with probability `rate` while training, and scales up the others.

    y = x · m / (1 − rate), m ~ Bernoulli(1 − rate), a new m for every image and step; y = x in
    inference. The paper scales the weights down in inference instead, which comes to the same.

    Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout: A Simple Way to
    Prevent Neural Networks from Overfitting", 2014; the spatial form: Tompson et al., "Efficient
    Object Localization Using Convolutional Networks", 2015.
    """

    title: ClassVar[str] = "Dropout"

    rate: Rate = 0.3
    """Fraction of the inputs of every dense layer, the output among them, that is left out."""
    groups: Rate = 0.0
    """The same after every group of convolutions; the lecture leaves it at 0."""
    spatial: bool = False
    """After groups, leave out whole feature maps instead of single values."""

    def end_of_group(self, position: Position) -> Sequence[Any]:
        """Dropout on the group's feature maps, if `groups` asks for it."""
        if not self.groups:
            return ()
        from keras import layers

        kind = layers.SpatialDropout2D if self.spatial else layers.Dropout
        return (kind(self.groups, seed=position.key("dropout"), name=f"{position.layer}_dropout"),)

    def before_dense(self, position: Position) -> Sequence[Any]:
        """Dropout on the vector that goes into a dense layer."""
        if not self.rate:
            return ()
        from keras import layers

        return (layers.Dropout(self.rate, seed=position.key("dropout"), name=f"{position.layer}_dropout"),)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """Rates of 0.2 to 0.5, and dense layers rather than convolutions."""
        if self.rate and not 0.2 <= self.rate <= 0.5:
            yield Advice(f"dropout rate {self.rate:g} is outside 0.2 to 0.5", _PAPER)
        if self.groups:
            yield Advice(
                "dropout after convolutional groups rarely helps: they have few parameters to overfit with",
                _PAPER,
            )

    def conflicts(self, setup: Setup) -> Iterable[Conflict]:
        """Whole maps, where no maps are dropped."""
        if self.spatial and not self.groups:
            yield Conflict("spatial", "expected it with groups above 0 only, got true with groups: 0")

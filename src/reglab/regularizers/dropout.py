"""Dropout: units are dropped at random while training."""

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
    inference. The paper scales the weights down in inference instead, which is equivalent. In mixed
    precision the mask is drawn in float32, since bfloat16 has too few digits for a rate.

    Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout: A Simple Way to
    Prevent Neural Networks from Overfitting", 2014. Spatial dropout: Tompson et al., "Efficient
    Object Localization Using Convolutional Networks", 2015.
    """

    title: ClassVar[str] = "Dropout"

    rate: Rate = 0.3
    """Fraction of the inputs of every dense layer, including the output, to drop."""
    groups: Rate = 0.0
    """Fraction of the values to drop after every group of convolutions; 0 in the lecture."""
    spatial: bool = False
    """After groups, drop whole feature maps instead of single values."""

    def end_of_group(self, position: Position) -> Sequence[Any]:
        """Dropout on the feature maps of a group, if `groups` is above 0."""
        if not self.groups:
            return ()
        from keras import layers

        kind = layers.SpatialDropout2D if self.spatial else layers.Dropout
        return (self._build(kind, self.groups, position),)

    def before_dense(self, position: Position) -> Sequence[Any]:
        """Dropout on the input of a dense layer, if `rate` is above 0."""
        if not self.rate:
            return ()
        from keras import layers

        return (self._build(layers.Dropout, self.rate, position),)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """Rates outside 0.2 to 0.5; dropout after convolutions."""
        if self.rate and not 0.2 <= self.rate <= 0.5:
            yield Advice(f"dropout rate {self.rate:g} is outside 0.2 to 0.5", _PAPER)
        if self.groups:
            yield Advice(
                "dropout after groups of convolutions rarely helps, since they have few parameters",
                _PAPER,
            )

    def conflicts(self, setup: Setup) -> Iterable[Conflict]:
        """Rates of 0 only; `spatial` without dropout after groups."""
        if not self.rate and not self.groups:
            yield Conflict(
                "",
                "dropout has no effect while rate and groups are 0; "
                "set one of them above 0 or remove dropout",
            )
        elif self.spatial and not self.groups:
            yield Conflict(
                "spatial",
                "spatial has no effect while groups is 0; set groups above 0 or remove spatial",
            )

    def _build(self, kind: Any, rate: float, position: Position) -> Any:
        name = f"{position.layer}_dropout"
        return kind(rate, seed=position.key("dropout"), name=name, dtype="float32")

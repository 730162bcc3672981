"""Batch normalization: every feature map is standardized over the batch."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Position, Regularizer

_PAPER = "Ioffe and Szegedy, Batch Normalization, 2015"


class BatchNorm(Regularizer):
    """Standardizes each feature map over batch and space, then scales and shifts it by learned γ and β.

    y = γ · (x − μ) / √(σ² + ε) + β. While training, μ and σ² are those of the batch. In inference, they are
    moving averages m ← momentum · m + (1 − momentum) · batch value. Each map has four parameters: γ and β are
    trained, the two averages are not.

    Source: Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
    Internal Covariate Shift", 2015.
    """

    title: ClassVar[str] = "Batch normalization"

    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.99
    """Momentum of the moving averages; the nearer to 1, the slower they change."""
    epsilon: Annotated[float, Field(gt=0, le=1)] = 0.001
    """Number ε that is added to the variance to avoid a division by 0."""
    dense: bool = False
    """Also normalize after every hidden dense layer."""
    keep_bias: bool = True
    """Keep the bias of the preceding layer, although the shift β replaces it."""

    def after_convolution(self, position: Position) -> Sequence[Any]:
        """The normalization after a convolution."""
        from reglab.regularizers.layers.fused_batch_norm import FusedBatchNormalization

        return (self._build(FusedBatchNormalization, position),)

    def after_dense(self, position: Position) -> Sequence[Any]:
        """The normalization after a dense layer, if `dense` is true."""
        if not self.dense:
            return ()
        from keras import layers

        return (self._build(layers.BatchNormalization, position),)

    def drops_bias(self, position: Position) -> bool:
        """True for the layers that are normalized, if `keep_bias` is false."""
        normalized = position.kind == "convolution" or (position.kind == "dense" and self.dense)
        return normalized and not self.keep_bias

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """A bias before batch norm has no effect; small batches have noisy statistics."""
        if self.keep_bias:
            yield Advice(
                "batch norm subtracts the mean, so a bias before it has no effect: set keep_bias to false",
                f"{_PAPER}, section 3.2",
            )
        if setup.training.batch_size < 16:
            yield Advice(
                f"batch norm with batches of {setup.training.batch_size} has noisy statistics",
                "Wu and He, Group Normalization, 2018",
            )

    def conflicts(self, setup: Setup) -> Iterable[Conflict]:
        """Normalized dense layers in a network without any."""
        if self.dense and not setup.model.dense:
            yield Conflict(
                "dense",
                "dense has no effect while model.dense is empty; add hidden dense layers or remove dense",
            )

    def _build(self, kind: Any, position: Position) -> Any:
        return kind(momentum=self.momentum, epsilon=self.epsilon, name=f"{position.layer}_batch_norm")

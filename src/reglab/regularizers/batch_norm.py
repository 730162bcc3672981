"""Batch normalization: every feature map, standardized over the batch."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from reglab.config.schema import BareExperiment, Impossible
from reglab.regularizers.base import Advice, Place, Regularizer

_PAPER = "Ioffe and Szegedy, Batch Normalization, 2015"


class BatchNorm(Regularizer):
    """Standardizes each feature map over batch and space, then scales and shifts it by learned γ and β.

    y = γ · (x − μ) / √(σ² + ε) + β, with μ and σ² of the batch while training, and in inference with
    their moving averages m ← momentum · m + (1 − momentum) · batch value. Four parameters a map: γ and β
    are trained, the two averages are not.

    Source: Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
    Internal Covariate Shift", 2015.
    """

    title: ClassVar[str] = "Batch normalization"

    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.99
    """Of the moving averages; nearer to 1 is slower."""
    epsilon: Annotated[float, Field(gt=0, le=1)] = 0.001
    """Added to the variance."""
    dense: bool = False
    """Also after every hidden dense layer."""
    keep_bias: bool = True
    """Whether the layer in front keeps its bias, which the shift β makes superfluous."""

    def after_convolution(self, place: Place) -> Sequence[Any]:
        """The normalization of a convolution."""
        from reglab.regularizers.fused_batch_norm import FusedBatchNormalization

        return (self._build(FusedBatchNormalization, place),)

    def after_dense(self, place: Place) -> Sequence[Any]:
        """The normalization of a dense layer, if `dense` asks for it."""
        if not self.dense:
            return ()
        from keras import layers

        return (self._build(layers.BatchNormalization, place),)

    def drops_bias(self, place: Place) -> bool:
        """True for the layers that are normalized, if `keep_bias` is false."""
        normalized = place.kind == "convolution" or (place.kind == "dense" and self.dense)
        return normalized and not self.keep_bias

    def advice(self, experiment: BareExperiment) -> Iterable[Advice]:
        """A bias in front of batch norm does nothing; tiny batches have noisy statistics."""
        if self.keep_bias:
            yield Advice(
                "the bias before batch norm has no effect, its mean is subtracted: keep_bias: false saves it",
                f"{_PAPER}, section 3.2",
            )
        if experiment.training.batch_size < 16:
            yield Advice(
                f"batch norm with batches of {experiment.training.batch_size} has noisy statistics",
                "Wu and He, Group Normalization, 2018",
            )

    def impossible(self, experiment: BareExperiment) -> Iterable[Impossible]:
        """Normalized dense layers, where there are none."""
        if self.dense and not experiment.model.dense:
            yield Impossible(
                "dense", "expected it with hidden dense layers only, got true with model.dense: []"
            )

    def _build(self, kind: Any, place: Place) -> Any:
        return kind(momentum=self.momentum, epsilon=self.epsilon, name=f"{place.layer}_batch_norm")

"""Label smoothing: targets with a probability below 1 for the true class."""

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from pydantic import Field

from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Regularizer


class LabelSmoothing(Regularizer):
    """Mixes the one-hot target with the uniform distribution over the K classes.

    t′ = (1 − α) · t + α / K, and the loss is the cross-entropy with t′, whose minimum has finite logits.
    Only the loss changes: the recorded cross-entropy and accuracy are those of the unsmoothed labels.

    Source: Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, "Rethinking the Inception Architecture for
    Computer Vision", 2016, section 7.
    """

    title: ClassVar[str] = "Label smoothing"

    amount: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Share α of the target that is distributed over all classes; the paper's value."""

    def change_loss(self, loss: Any) -> Any:
        """Cross-entropy with smoothed targets."""
        from keras import losses

        return losses.CategoricalCrossentropy(from_logits=loss.from_logits, label_smoothing=self.amount)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """Amounts above 0.3."""
        if self.amount > 0.3:
            yield Advice(
                f"label smoothing {self.amount:g} is strong: 0.1 is the usual amount",
                "Müller, Kornblith and Hinton, When Does Label Smoothing Help?, 2019",
            )

"""Weight decay: every step takes a fraction of each weight away."""

from collections.abc import Iterable
from math import log
from typing import Annotated, Any, ClassVar

from pydantic import Field

from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Regularizer

# TensorFlow shows the optimizer a variable's whole path (`cnn/conv_1_1/bias:0`), the other backends its
# own name (`bias`). Anchored, the pattern cannot match a network or layer that is called `beta_test`.
_NOT_DECAYED = r"(^|/)(bias|gamma|beta)(:\d+)?$"


class WeightDecay(Regularizer):
    """Shrinks every kernel by the fraction η · `rate` a step, apart from the loss and its gradient.

    θ ← θ − η · rate · θ, then the optimizer's own step, with η the learning rate of the moment. Biases
    and batch norm's γ and β are left alone, which Keras's AdamW by itself does not. It works with every
    optimizer; AdamW's own `weight_decay` is replaced. For plain gradient descent it equals an L2 penalty
    of strength rate / 2; for adaptive methods it does not, as they would rescale the penalty's gradient.

    Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019. As in Keras, and unlike
    in the paper's algorithm 2, the decay is multiplied by the learning rate.
    """

    title: ClassVar[str] = "Weight decay"

    rate: Annotated[float, Field(gt=0, le=1)] = 0.004
    """Fraction of each weight taken away a step, times the learning rate; Keras's default for AdamW."""

    def change_optimizer(self, optimizer: Any) -> Any:
        """The same optimizer, not built yet, with this decay in place of its own."""
        optimizer.weight_decay = self.rate
        optimizer.exclude_from_weight_decay(var_names=[_NOT_DECAYED])
        return optimizer

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """A decay that forgets faster than the network can learn."""
        fraction = self.rate * setup.training.optimizer.learning_rate
        if fraction >= 1e-3:
            yield Advice(
                f"weight decay {self.rate:g} with learning rate "
                f"{setup.training.optimizer.learning_rate:g} halves every weight within "
                f"{log(2) / fraction:.0f} steps",
                "Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019",
            )

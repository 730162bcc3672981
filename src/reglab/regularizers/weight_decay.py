"""Weight decay: every step reduces each weight by a fraction."""

from collections.abc import Iterable
from math import log
from typing import Annotated, Any, ClassVar

from pydantic import Field

from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Regularizer

# On TensorFlow the optimizer compares the path of a variable (`network/conv_1_1/bias:0`), on other
# backends its name (`bias`). The anchors prevent a match with a network or layer named `beta_test`.
_NOT_DECAYED = r"(^|/)(bias|gamma|beta)(:\d+)?$"


class WeightDecay(Regularizer):
    """Reduces every kernel by the fraction η · `rate` in each step, independently of the loss.

    θ ← θ − η · rate · θ, then the optimizer's own step, where η is the current learning rate. Biases and
    batch norm's γ and β are not decayed; Keras's AdamW decays them by default. It works with every optimizer
    and replaces AdamW's own `weight_decay`. For plain gradient descent it equals an L2 penalty of strength
    rate / 2; adaptive methods would rescale the gradient of such a penalty.

    Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019. As in Keras, and unlike
    in the paper's algorithm 2, the decay is multiplied by the learning rate.
    """

    title: ClassVar[str] = "Weight decay"

    rate: Annotated[float, Field(gt=0, le=1)] = 0.004
    """Decay per step as a fraction of the weight, divided by the learning rate; AdamW's default in Keras."""

    def change_optimizer(self, optimizer: Any) -> Any:
        """The same optimizer, which is not built yet, with this decay instead of its own."""
        optimizer.weight_decay = self.rate
        optimizer.exclude_from_weight_decay(var_names=[_NOT_DECAYED])
        return optimizer

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """A decay that removes at least a thousandth of every weight in each step."""
        fraction = self.rate * setup.training.optimizer.learning_rate
        if fraction >= 1e-3:
            yield Advice(
                f"weight decay {self.rate:g} with learning rate "
                f"{setup.training.optimizer.learning_rate:g} halves every weight within "
                f"{log(2) / fraction:.0f} steps",
                "Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019",
            )

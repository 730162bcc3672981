"""EMA: the network is measured and saved with an exponential moving average of its weights."""

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from pydantic import Field

from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Regularizer


class EMA(Regularizer):
    """Averages the weights over the steps of training, with weights that decay exponentially into the past.

    θ̄_t = Σ mᵗ⁻ⁱ · θ_i / Σ mᵗ⁻ⁱ over the steps i = 1, …, t, updated after each step. The division removes the
    initial weights from the average (Kingma and Ba, "Adam", 2015, section 3). Training continues with θ; the
    network is measured and saved with θ̄, and early stopping compares and restores θ̄. The `train_` columns are
    those of θ; the `clean_`, `val_` and `penalty` columns are those of θ̄.

    The running means and variances of batch norm are averaged like the weights, because the activations of
    θ and of θ̄ have different means and variances.

    Source: Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992; Tarvainen
    and Valpola, "Mean teachers are better role models", 2017, for the exponential weights.
    """

    title: ClassVar[str] = "EMA"

    momentum: Annotated[float, Field(gt=0, lt=1)] = 0.999
    """Factor m by which the share of a step decreases in each later step; about 1 / (1 − m) steps count."""

    def measured_weights(self, network: Any) -> Any:
        """The moving average."""
        from reglab.regularizers.layers.weight_average import ExponentialAverage

        return ExponentialAverage(self.momentum, network, "ema")

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """A momentum far below the usual ones."""
        if self.momentum < 0.9:
            yield Advice(
                f"EMA with momentum {self.momentum:g} averages over few steps: "
                "the usual range is 0.99 to 0.9999",
                "Tarvainen and Valpola, Mean teachers are better role models, 2017",
            )

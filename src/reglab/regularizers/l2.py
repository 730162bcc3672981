"""L2: a penalty on the sum of the squared weights."""

from collections.abc import Iterable
from typing import Any, ClassVar

from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Position, Regularizer
from reglab.regularizers.kernels import Kernels, covers
from reglab.regularizers.penalty import Strength, advise_single_decay, advise_strength


class L2(Regularizer):
    """Adds λ‖θ‖₂² of every kernel θ to the loss, which keeps weights small and spread out.

    loss = cross-entropy + λ · Σ θᵢ². The pull on a weight, 2λθᵢ, fades as it gets small, so weights
    stay dense; λ ≪ 1 has to be tuned. As in Keras there is no factor ½.

    Source: Hoerl and Kennard, "Ridge Regression: Biased Estimation for Nonorthogonal Problems", 1970;
    for networks: Krogh and Hertz, "A Simple Weight Decay Can Improve Generalization", 1991.
    """

    title: ClassVar[str] = "L2"

    strength: Strength = 1e-3
    """Factor λ of the penalty; the lecture's example."""
    layers: Kernels = "all"
    """Whose kernels: `conv`, `dense` (the output among them) or `all`."""

    def kernel_penalty(self, position: Position) -> Any | None:
        """The penalty of a kernel that `layers` asks for."""
        if not covers(self.layers, position):
            return None
        from keras import regularizers

        return regularizers.L2(self.strength)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """A strong penalty underfits; weight decay besides it decays twice."""
        yield from advise_strength("L2 strength", self.strength)
        yield from advise_single_decay(setup)

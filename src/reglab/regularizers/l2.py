"""L2: a penalty on the sum of the squared weights."""

from collections.abc import Iterable
from typing import Any, ClassVar

from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Position, Regularizer
from reglab.regularizers.kernels import Kernels, covers
from reglab.regularizers.penalty import Strength, advise_single_decay, advise_strength


class L2(Regularizer):
    """Adds λ‖θ‖₂² of every kernel θ to the loss, which keeps the weights small.

    loss = cross-entropy + λ · Σ θᵢ². Its gradient 2λθᵢ decreases with the weight, so few weights become 0;
    λ ≪ 1 must be tuned. As in Keras, there is no factor ½.

    Source: Hoerl and Kennard, "Ridge Regression: Biased Estimation for Nonorthogonal Problems", 1970.
    For networks: Krogh and Hertz, "A Simple Weight Decay Can Improve Generalization", 1991.
    """

    title: ClassVar[str] = "L2"

    strength: Strength = 1e-3
    """Factor λ of the penalty; the lecture's value."""
    layers: Kernels = "all"
    """Layers whose kernels are penalized: `conv`, `dense` (including the output) or `all`."""

    def kernel_penalty(self, position: Position) -> Any | None:
        """The penalty of a kernel that `layers` includes."""
        if not covers(self.layers, position):
            return None
        from keras import regularizers

        return regularizers.L2(self.strength)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """A strong penalty; a second decay of the weights."""
        yield from advise_strength("L2 strength", self.strength)
        yield from advise_single_decay("l2", setup)

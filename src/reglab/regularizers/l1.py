"""L1: a penalty on the sum of the absolute weights."""

from collections.abc import Iterable
from typing import Any, ClassVar

from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Position, Regularizer
from reglab.regularizers.kernels import Kernels, covers
from reglab.regularizers.penalty import Strength, advise_strength


class L1(Regularizer):
    """Adds λ‖θ‖₁ of every kernel θ to the loss, which makes the weights sparse.

    loss = cross-entropy + λ · Σ |θᵢ|. The size of its gradient is λ for every weight, even for small weights;
    λ ≪ 1 must be tuned.

    Source: Tibshirani, "Regression Shrinkage and Selection via the Lasso", 1996.
    """

    title: ClassVar[str] = "L1"

    strength: Strength = 1e-4
    """Factor λ of the penalty; a tenth of L2's, since the gradient does not decrease with the weights."""
    layers: Kernels = "all"
    """Layers whose kernels are penalized: `conv`, `dense` (including the output) or `all`."""

    def kernel_penalty(self, position: Position) -> Any | None:
        """The penalty of a kernel that `layers` includes."""
        if not covers(self.layers, position):
            return None
        from keras import regularizers

        return regularizers.L1(self.strength)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """A strong penalty."""
        yield from advise_strength("L1 strength", self.strength)

"""L1 and L2 together: the elastic net."""

from collections.abc import Iterable
from typing import Any, ClassVar

from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Position, Regularizer
from reglab.regularizers.kernels import Kernels, covers
from reglab.regularizers.penalty import Strength, advise_single_decay, advise_strength


class L1L2(Regularizer):
    """Adds λ₁‖θ‖₁ + λ₂‖θ‖₂² of every kernel θ to the loss, which makes the weights sparse and small.

    loss = cross-entropy + λ₁ · Σ |θᵢ| + λ₂ · Σ θᵢ².

    Source: Zou and Hastie, "Regularization and Variable Selection via the Elastic Net", 2005.
    """

    title: ClassVar[str] = "L1 + L2"

    l1: Strength = 1e-4
    """Factor λ₁ of the sum of absolute weights."""
    l2: Strength = 1e-3
    """Factor λ₂ of the sum of squared weights."""
    layers: Kernels = "all"
    """Layers whose kernels are penalized: `conv`, `dense` (including the output) or `all`."""

    def kernel_penalty(self, position: Position) -> Any | None:
        """The penalty of a kernel that `layers` includes."""
        if not covers(self.layers, position):
            return None
        from keras import regularizers

        return regularizers.L1L2(l1=self.l1, l2=self.l2)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """A strong penalty; a second decay of the weights."""
        yield from advise_strength("L1 strength", self.l1)
        yield from advise_strength("L2 strength", self.l2)
        yield from advise_single_decay("l1_l2", setup)

"""Max-norm: the norm of the incoming weights of each unit is bounded."""

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from pydantic import Field

from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Position, Regularizer
from reglab.regularizers.kernels import Kernels, covers


class MaxNorm(Regularizer):
    """Scales the incoming weights w of a unit to ‖w‖₂ = c whenever a step makes their norm larger than c.

    w ← w · min(‖w‖₂, c) / (‖w‖₂ + 10⁻⁷), after every step, for each unit of a dense layer and each filter of
    a convolution. Keras adds 10⁻⁷ to the divisor, which shrinks weights with a smaller norm by about
    10⁻⁷ / ‖w‖₂ in each step.

    Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout: A Simple Way to
    Prevent Neural Networks from Overfitting", 2014, section 5.1.
    """

    title: ClassVar[str] = "Max-norm"

    max_value: Annotated[float, Field(gt=0, le=1000)] = 3.0
    """Largest Euclidean norm c of the incoming weights of one unit."""
    layers: Kernels = "all"
    """Layers whose kernels are bounded: `conv`, `dense` (including the output) or `all`."""

    def kernel_constraint(self, position: Position) -> Any | None:
        """The constraint of a kernel that `layers` includes."""
        if not covers(self.layers, position):
            return None
        from keras import constraints

        # Every axis but the last, the units: (height, width, channels, filters) of a convolution,
        # (inputs, units) of a dense layer.
        axis = (0, 1, 2) if position.kind == "convolution" else 0
        return constraints.MaxNorm(self.max_value, axis=axis)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """Norms outside 3 to 4."""
        if not 3 <= self.max_value <= 4:
            yield Advice(
                f"max-norm {self.max_value:g} is outside 3 to 4, the usual range",
                "Srivastava et al., Dropout, JMLR 15, 2014, appendix A.4",
            )

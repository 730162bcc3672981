"""Stochastic depth: residual branches are dropped at random while training."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Position, Regularizer


class StochasticDepth(Regularizer):
    """Drops each residual branch with a probability that grows linearly with its depth.

    y = activation(b · f(x) + shortcut(x)), b ~ Bernoulli(p) with p = 1 − l / L · (1 − survival) for branch l
    of L, a new b for every image and step; in inference, b is replaced by p. It needs `model.residual`.

    Source: Huang, Sun, Liu, Sedra and Weinberger, "Deep Networks with Stochastic Depth", 2016. The paper
    draws one b for all images of a batch, which saves time. Here each image has its own b; the mean over the
    batch is the same and its variance is smaller.
    """

    title: ClassVar[str] = "Stochastic depth"
    needs: ClassVar[Mapping[str, Any]] = {"model.residual": True}

    survival: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Probability that the last branch is kept; the paper's value."""

    def end_of_branch(self, position: Position) -> Sequence[Any]:
        """The layer that drops the branch."""
        from reglab.regularizers.layers.stochastic_depth import StochasticDepthLayer

        survival = 1 - position.depth * (1 - self.survival)
        name = f"{position.layer}_stochastic_depth"
        return (StochasticDepthLayer(survival, position.key("stochastic_depth"), name),)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """Survival outside 0.4 to 0.8."""
        if not 0.4 <= self.survival <= 0.8:
            yield Advice(
                f"stochastic depth with survival {self.survival:g} is outside 0.4 to 0.8, the best range",
                "Huang et al., Deep Networks with Stochastic Depth, 2016",
            )

    def conflicts(self, setup: Setup) -> Iterable[Conflict]:
        """A network without residual branches."""
        if not setup.model.residual:
            yield Conflict(
                "",
                "stochastic_depth has no effect while model.residual is false; "
                "set model.residual to true or remove stochastic_depth",
            )

"""Bounds and advice of the penalties L1 and L2."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from reglab.config.optimizer import AdamW
from reglab.config.setup import Setup
from reglab.regularizers.base import Advice

Strength = Annotated[float, Field(gt=0, le=1)]
"""Factor λ of a penalty; 0 is excluded because it has no effect."""

STRONG = 1e-2
"""Strength at which a penalty outweighs the cross-entropy of a network with about 10⁵ weights."""


def advise_strength(name: str, strength: float) -> Iterable[Advice]:
    """Advice against a penalty so strong that the network underfits; `name` is that of the setting."""
    if strength >= STRONG:
        yield Advice(
            f"{name} {strength:g} is strong: at {STRONG:g} and above, the penalty outweighs the "
            "cross-entropy and the network underfits",
            "Goodfellow, Bengio and Courville, Deep Learning, 2016, section 5.2.2",
        )


def advise_single_decay(name: str, setup: Setup) -> Iterable[Advice]:
    """Advice against several decays of the weights, given once for an experiment.

    Args:
        name: the regularizer with an L2 penalty that gives the advice, `l2` or `l1_l2`.
        setup: the experiment.
    """
    names = ("l2", "l1_l2", "weight_decay")
    decays: list[str] = [decay for decay in names if decay in setup.regularizers]
    optimizer = setup.training.optimizer
    # The regularizer weight_decay replaces the optimizer's own.
    if "weight_decay" not in decays and isinstance(optimizer, AdamW) and optimizer.weight_decay > 0:
        decays.append(f"AdamW's weight_decay {optimizer.weight_decay:g}")
    if decays[:1] == [name] and len(decays) > 1:
        yield Advice(
            f"{', '.join(decays[:-1])} and {decays[-1]} each decay the weights: use one of them",
            "Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019",
        )

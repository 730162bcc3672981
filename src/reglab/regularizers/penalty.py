"""What the penalties L1 and L2 share: their bounds, and what is said against their settings."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from reglab.config.optimizer import AdamW
from reglab.config.setup import Setup
from reglab.regularizers.base import Advice

Strength = Annotated[float, Field(gt=0, le=1)]
"""Factor λ of a penalty: small against 1, and positive, as 0 would be no penalty."""

STRONG = 1e-2
"""Strength from which a penalty outweighs the cross-entropy of a network of some 10⁵ weights."""


def advise_strength(name: str, strength: float) -> Iterable[Advice]:
    """Says that a penalty this strong underfits; `name` is what the setting is called."""
    if strength >= STRONG:
        yield Advice(
            f"{name} {strength:g} is strong: from {STRONG:g} on, the penalty outweighs the "
            "cross-entropy and the network underfits",
            "Goodfellow, Bengio and Courville, Deep Learning, 2016, section 5.2.2",
        )


def advise_single_decay(setup: Setup) -> Iterable[Advice]:
    """Says so when something else decays the weights that an L2 penalty already decays."""
    optimizer = setup.training.optimizer
    other = ""
    if "weight_decay" in setup.regularizers:
        other = "the weight_decay regularizer"
    elif isinstance(optimizer, AdamW) and optimizer.weight_decay > 0:
        other = f"AdamW's weight_decay {optimizer.weight_decay:g}"
    if other:
        yield Advice(
            f"the weights are decayed twice, by the L2 penalty and by {other}: use one of the two",
            "Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019",
        )

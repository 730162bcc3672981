"""What is said against the settings of L1 and L2."""

from collections.abc import Callable

import pytest

from reglab.config.setup import Setup
from reglab.regularizers.penalty import advise_single_decay, advise_strength

PAPER = "(Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019)"


@pytest.mark.parametrize(("strength", "count"), [(0.0099, 0), (0.01, 1), (1.0, 1)])
def test_strong_penalties_are_advised_against(strength: float, count: int) -> None:
    """From 0.01 on."""
    assert len(list(advise_strength("L1 strength", strength))) == count


def test_strength_advice_in_full() -> None:
    """The whole sentence and its reference."""
    assert [str(advice) for advice in advise_strength("L2 strength", 0.05)] == [
        "L2 strength 0.05 is strong: from 0.01 on, the penalty outweighs the cross-entropy and the network "
        "underfits (Goodfellow, Bengio and Courville, Deep Learning, 2016, section 5.2.2)"
    ]


def test_adamw_decays_besides_l2(make_setup: Callable[..., Setup]) -> None:
    """The default optimizer has a weight decay of its own."""
    assert [str(advice) for advice in advise_single_decay(make_setup())] == [
        "the weights are decayed twice, by the L2 penalty and by AdamW's weight_decay 0.004: "
        f"use one of the two {PAPER}"
    ]


def test_the_weight_decay_regularizer_decays_besides_l2(make_setup: Callable[..., Setup]) -> None:
    """It replaces AdamW's decay, so it is the one that is named."""
    assert [str(advice) for advice in advise_single_decay(make_setup(regularizers={"weight_decay": {}}))] == [
        "the weights are decayed twice, by the L2 penalty and by the weight_decay regularizer: "
        f"use one of the two {PAPER}"
    ]


@pytest.mark.parametrize("optimizer", [{"name": "adam"}, {"name": "adamw", "weight_decay": 0}])
def test_l2_alone_is_fine(make_setup: Callable[..., Setup], optimizer: dict[str, object]) -> None:
    """Nothing is said where nothing else decays."""
    assert list(advise_single_decay(make_setup(training={"optimizer": optimizer}))) == []

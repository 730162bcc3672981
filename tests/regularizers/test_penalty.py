"""Advice on L1 and L2."""

from collections.abc import Callable

import pytest

from reglab.config.setup import Setup
from reglab.regularizers.penalty import advise_single_decay, advise_strength

PAPER = "(Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019)"


@pytest.mark.parametrize(("strength", "count"), [(0.0099, 0), (0.01, 1), (1.0, 1)])
def test_strong_penalties_are_advised_against(strength: float, count: int) -> None:
    """Strengths of at least 0.01."""
    assert len(list(advise_strength("L1 strength", strength))) == count


def test_strength_advice_in_full() -> None:
    """The whole sentence and its reference."""
    assert [str(advice) for advice in advise_strength("L2 strength", 0.05)] == [
        "L2 strength 0.05 is strong: at 0.01 and above, the penalty outweighs the cross-entropy and "
        "the network underfits (Goodfellow, Bengio and Courville, Deep Learning, 2016, section 5.2.2)"
    ]


def test_adamw_is_a_second_decay(make_setup: Callable[..., Setup]) -> None:
    """The default optimizer has its own weight decay."""
    assert [str(advice) for advice in advise_single_decay(make_setup())] == [
        f"the L2 penalty and AdamW's weight_decay 0.004 both decay the weights: use one of them {PAPER}"
    ]


def test_the_weight_decay_regularizer_is_a_second_decay(make_setup: Callable[..., Setup]) -> None:
    """It replaces AdamW's decay, so the advice names it."""
    assert [str(advice) for advice in advise_single_decay(make_setup(regularizers={"weight_decay": {}}))] == [
        f"the L2 penalty and the weight_decay regularizer both decay the weights: use one of them {PAPER}"
    ]


@pytest.mark.parametrize("optimizer", [{"name": "adam"}, {"name": "adamw", "weight_decay": 0}])
def test_l2_alone_has_no_advice(make_setup: Callable[..., Setup], optimizer: dict[str, object]) -> None:
    """No optimizer or regularizer decays the weights."""
    assert list(advise_single_decay(make_setup(training={"optimizer": optimizer}))) == []

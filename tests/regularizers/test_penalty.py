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
    assert [str(advice) for advice in advise_single_decay("l2", make_setup(regularizers=["l2"]))] == [
        f"l2 and AdamW's weight_decay 0.004 each decay the weights: use one of them {PAPER}"
    ]


def test_all_decays_are_named_once(make_setup: Callable[..., Setup]) -> None:
    """The first of them gives the advice; `weight_decay` replaces AdamW's own."""
    setup = make_setup(regularizers=["l2", "l1_l2", "weight_decay"])
    assert [str(advice) for advice in advise_single_decay("l2", setup)] == [
        f"l2, l1_l2 and weight_decay each decay the weights: use one of them {PAPER}"
    ]
    assert list(advise_single_decay("l1_l2", setup)) == []


@pytest.mark.parametrize("optimizer", [{"name": "adam"}, {"name": "adamw", "weight_decay": 0}])
def test_l2_alone_has_no_advice(make_setup: Callable[..., Setup], optimizer: dict[str, object]) -> None:
    """No optimizer or other regularizer decays the weights."""
    setup = make_setup(training={"optimizer": optimizer}, regularizers=["l2"])
    assert list(advise_single_decay("l2", setup)) == []

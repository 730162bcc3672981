"""Effects of regularizers over seeds."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from scipy import stats

from reglab.analysis.comparison import compare_runs
from reglab.analysis.effects import Effects, estimate_effects, find_effects
from reglab.analysis.factorial import Factor, Factorial
from reglab.analysis.grouping import group_runs
from reglab.analysis.metrics import ACCURACY_GAP, VALIDATION_ACCURACY
from reglab.analysis.value import Value
from reglab.runs.finding import RunRecord
from tests.factorials import list_cells, list_half, make_factorial

Maker = Callable[..., RunRecord]
POOLING, DROPOUT, L2 = "max_pooling", "dropout", "l2"


def interact(on: Sequence[str], seed: int) -> float:
    """Max pooling gains 1/8 alone and 1/4 with dropout, which gains 1/16 alone; seeds differ."""
    gain = (POOLING in on) / 8 + (DROPOUT in on) / 16 + ({POOLING, DROPOUT} <= set(on)) / 8
    return 0.25 + gain + seed / 32 + seed * (POOLING in on) / 64


def find(records: Sequence[RunRecord]) -> Effects:
    effects, missing = find_effects(group_runs(records)[0], "final")
    assert effects is not None
    assert missing == ()
    return effects


def test_effects_of_two_regularizers(make_record: Maker) -> None:
    """Exact numbers in each seed; what the runs of a seed share cancels."""
    effects = find(list(make_factorial(make_record, list_cells((POOLING, DROPOUT)), (0, 2), interact)))
    accuracy = effects.accuracy
    assert accuracy.metric == VALIDATION_ACCURACY
    assert {name: spread.values for name, spread in accuracy.main.items()} == {
        POOLING: (1 / 8 + 1 / 16, 1 / 8 + 1 / 16 + 1 / 32),
        DROPOUT: (1 / 16 + 1 / 16, 1 / 16 + 1 / 16),
    }
    assert {pair: spread.values for pair, spread in accuracy.interactions.items()} == {
        (POOLING, DROPOUT): (1 / 16, 1 / 16)
    }
    # With two factors, the mean over both orders is the main effect.
    assert accuracy.shapley == accuracy.main
    assert accuracy.gain is not None
    assert accuracy.gain.values == (5 / 16, 5 / 16 + 1 / 32)


def test_gap_is_the_opposite_at_equal_clean_accuracy(make_record: Maker) -> None:
    """The made-up runs have a clean accuracy of 90 %, so each effect on the gap is minus that on accuracy."""
    effects = find(list(make_factorial(make_record, list_cells((POOLING, DROPOUT)), (0, 2), interact)))
    assert effects.gap.metric == ACCURACY_GAP
    for name in (POOLING, DROPOUT):
        for on_gap, on_accuracy in (
            (effects.gap.main, effects.accuracy.main),
            (effects.gap.shapley, effects.accuracy.shapley),
        ):
            assert on_gap[name].values == pytest.approx([-value for value in on_accuracy[name].values])


def test_intervals_are_those_of_the_t_test(make_record: Maker) -> None:
    """95 % over the effects of the seeds, compared with SciPy."""
    random = np.random.default_rng(3)
    noise = {
        (on, seed): 0.5 + random.normal() / 50
        for on in list_cells((POOLING, DROPOUT, L2))
        for seed in range(4)
    }
    records = make_factorial(
        make_record, list_cells((POOLING, DROPOUT, L2)), range(4), lambda on, seed: noise[tuple(on), seed]
    )
    accuracy = find(list(records)).accuracy
    assert accuracy.gain is not None
    spreads = [
        *accuracy.main.values(),
        *accuracy.interactions.values(),
        *accuracy.shapley.values(),
        accuracy.gain,
    ]
    assert len(spreads) == 3 + 3 + 3 + 1
    for spread in spreads:
        expected = stats.ttest_1samp(spread.values, 0).confidence_interval()
        assert spread.interval == pytest.approx((expected.low, expected.high))
    shares = np.sum([spread.values for spread in accuracy.shapley.values()], axis=0)
    assert accuracy.gain.values == pytest.approx(shares)


def test_one_seed(make_record: Maker) -> None:
    """There are numbers, and no intervals."""
    effects = find(list(make_factorial(make_record, list_cells((POOLING,)), (0,), interact)))
    assert effects.accuracy.main[POOLING].values == (1 / 8,)
    assert effects.accuracy.main[POOLING].interval is None
    assert effects.accuracy.interactions == {}


def test_a_half_has_no_shares(make_record: Maker) -> None:
    """Shapley shares need all combinations; of three factors each pair is confounded with a main effect."""
    effects = find(list(make_factorial(make_record, list_half((POOLING, DROPOUT, L2)))))
    assert (effects.accuracy.shapley, effects.accuracy.gain, effects.accuracy.interactions) == ({}, None, {})
    # The combinations have none or two of the factors, which gain 1/16 each.
    assert [spread.values for spread in effects.accuracy.main.values()] == [(1 / 16,)] * 3


def test_values_of_any_kind() -> None:
    """The estimates need a number for each experiment and seed, and know nothing about runs."""
    cells = {frozenset[str](): "cnn", frozenset(["l2"]): "cnn_l2"}
    factorial = Factorial((Factor("l2", "L2"),), cells, (3, 5))
    values = {"cnn": {3: 1.0, 4: 9.0, 5: 2.0}, "cnn_l2": {3: 1.5, 5: 4.0}}
    assert estimate_effects(factorial, VALIDATION_ACCURACY, values).main["l2"].values == (0.5, 2.0)


def test_value_of_the_comparison(make_record: Maker) -> None:
    """The effects are those of the value that is compared."""
    records = [
        *make_factorial(make_record, [()]),
        make_record("mp", 0, [0.75, 0.625], settings=f"regularizers: {{{POOLING}: {{}}}}"),
    ]
    values: tuple[tuple[Value, float], ...] = (("final", 0.125), ("best", 0.25))
    for value, effect in values:
        effects = compare_runs(records, value=value).effects
        assert effects is not None
        assert effects.accuracy.main[POOLING].values == (effect,)
        assert effects.gap.main[POOLING].values == pytest.approx((-effect,))


def test_what_prevents_effects_is_said(make_record: Maker) -> None:
    """Together with what else was not computed; without a reason nothing is said."""
    records = list(make_factorial(make_record, list_cells((POOLING, DROPOUT))))
    extra = make_record("extra", 0, [0.5], title="Extra", settings="regularizers: {dropout: {rate: 0.3}}")
    comparison = compare_runs([*records, extra])
    assert comparison.effects is None
    assert comparison.missing == (
        "the effects of the regularizers are not computed: CNN + dropout and Extra have the same "
        "regularizers",
    )
    comparison = compare_runs(records[:3])
    assert (comparison.effects, comparison.missing) == (None, ())

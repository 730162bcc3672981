"""Experiments are compared with a baseline."""

from collections.abc import Callable

import pytest

from reglab.analysis.comparison import compare_runs
from reglab.analysis.metrics import TEST_ACCURACY
from reglab.analysis.spread import Spread
from reglab.errors import RunError
from reglab.runs.finding import RunRecord

Maker = Callable[..., RunRecord]


@pytest.mark.parametrize("baseline", ["bn", "CNN + BN"])
def test_difference_is_paired_with_the_baseline(make_record: Maker, baseline: str) -> None:
    """Shared seeds are subtracted; the baseline, by name or title, has no difference to itself."""
    comparison = compare_runs(
        [
            *(make_record("mp", seed, [0.5 + 0.125 * seed]) for seed in range(3)),
            *(make_record("bn", seed, [0.25]) for seed in range(2)),
        ],
        baseline,
    )
    mp, bn = comparison.experiments
    assert comparison.baseline == "bn"
    assert bn.verdict is None
    assert mp.verdict is not None
    assert mp.verdict.test.n == 2
    assert mp.verdict.test.mean == 0.3125


@pytest.mark.parametrize(
    ("accuracies", "margin", "word"),
    [
        ([0.755, 0.745, 0.75], 0.005, "better"),
        ([0.655, 0.645, 0.65], 0.005, "worse"),
        ([0.7005, 0.7015, 0.701], 0.005, "practically_same"),
        ([0.701, 0.7012, 0.7011], 0.0005, "better"),
        ([0.8, 0.69, 0.72], 0.005, "not_distinguishable"),
        ([0.8], 0.005, "one_seed"),
    ],
)
def test_verdicts(make_record: Maker, accuracies: list[float], margin: float, word: str) -> None:
    """On accuracies whose verdict anyone would give; the others are part of the same correction."""
    comparison = compare_runs(
        [
            *(make_record("cnn", seed, [0.7]) for seed in range(3)),
            *(make_record("mp", seed, [accuracy]) for seed, accuracy in enumerate(accuracies)),
            make_record("bn", 7, [0.9]),
        ],
        "cnn",
        margin,
    )
    cnn, mp, bn = comparison.experiments
    assert mp.verdict is not None
    assert (cnn.verdict, mp.verdict.word, bn.verdict) == (None, word, None)


def test_p_values_are_corrected_for_the_number_of_experiments(make_record: Maker) -> None:
    """Each experiment more makes the evidence for one of them weaker."""
    records = [
        make_record(name, seed, [accuracy + shift])
        for name, shift in (("cnn", 0.0), ("mp", 0.1), ("bn", 0.001))
        for seed, accuracy in enumerate((0.5, 0.52, 0.51 + shift / 10))
    ]
    alone, both = (compare_runs(part, "cnn").experiments[1].verdict for part in (records[:6], records))
    assert alone is not None
    assert both is not None
    assert alone.p_holm == alone.test.p == both.test.p
    assert both.p_holm == pytest.approx(2 * alone.p_holm)


def test_incomparable_experiments_are_not_subtracted(make_record: Maker) -> None:
    """Accuracies on different images have no difference."""
    records = [make_record("mp", 0, [0.5]), make_record("bn", 0, [0.6], dataset="MNIST")]
    assert compare_runs(records, "bn").experiments[0].verdict is None


def test_unknown_baseline_gets_the_nearest_name(make_record: Maker) -> None:
    """The message lists the known names and suggests the nearest."""
    with pytest.raises(RunError) as caught:
        compare_runs([make_record("baseline", 0, [0.5]), make_record("bn", 0, [0.6])], "basline")
    assert str(caught.value) == (
        "baseline: expected one of baseline, bn, got basline; did you mean baseline?"
    )


def test_ambiguous_baseline_is_refused(make_record: Maker) -> None:
    """If two experiments have the name, the message lists their unique names."""
    records = [make_record("mp", 0, [0.5], folder=folder) for folder in ("a", "b")]
    with pytest.raises(RunError) as caught:
        compare_runs([*records, make_record("bn", 0, [0.5])], "mp")
    assert str(caught.value) == "baseline: expected one of a/mp, b/mp, got mp"


def test_test_accuracy_needs_every_seed(make_record: Maker) -> None:
    """A mean over some of the seeds is not shown as the mean of all."""
    some = compare_runs([make_record("mp", 0, [0.5], test_accuracy=0.5), make_record("mp", 1, [0.5])])
    assert some.experiments[0].final(TEST_ACCURACY) is None
    both = compare_runs([make_record("mp", seed, [0.5], test_accuracy=0.5) for seed in (0, 1)])
    assert both.experiments[0].final(TEST_ACCURACY) == Spread((0.5, 0.5))

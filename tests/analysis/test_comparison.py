"""Runs are grouped into experiments, and experiments are compared."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reglab.analysis.comparison import SkippedRun, compare_runs
from reglab.analysis.metrics import BEST_EPOCH, TEST_ACCURACY, VALIDATION_ACCURACY
from reglab.analysis.spread import Spread
from reglab.errors import RunError
from reglab.runs.finding import RunRecord

Maker = Callable[..., RunRecord]


def test_seeds_are_gathered_in_order_of_appearance(make_record: Maker) -> None:
    """Experiments have the order of their first runs, seeds ascend, numbers are over seeds."""
    comparison = compare_runs(
        [
            make_record("mp", 1, [0.25, 0.5]),
            make_record("bn", 0, [0.75]),
            make_record("mp", 0, [0.5, 0.25]),
        ]
    )
    mp, bn = comparison.experiments
    assert (mp.name, mp.title, mp.seeds, bn.seeds) == ("mp", "CNN + MP", (0, 1), (0,))
    assert mp.final(VALIDATION_ACCURACY) == Spread((0.25, 0.5))
    assert mp.final(BEST_EPOCH) == Spread((1, 2))
    assert bn.final(VALIDATION_ACCURACY) == Spread((0.75,))
    assert mp.verdict is None
    assert comparison.baseline is None


def test_seeds_of_another_identity_are_another_experiment(make_record: Maker) -> None:
    """Runs that share only a folder and a name are not averaged."""
    other = make_record("mp", 1, [0.75])
    other = replace(other, status=other.status.model_copy(update={"identity": "bbbbbbbb"}))
    comparison = compare_runs([make_record("mp", 0, [0.25]), other])
    assert [(result.name, result.seeds) for result in comparison.experiments] == [
        ("mp-aaaa", (0,)),
        ("mp-bbbbbb", (1,)),
    ]


def test_incomplete_runs_are_skipped_with_a_reason(make_record: Maker) -> None:
    """Every skipped run is named, with the reason."""
    killed = make_record("a", 0, [0.5], state="running", epochs=40)
    comparison = compare_runs(
        [
            make_record("mp", 0, [0.5]),
            killed,
            replace(killed, is_trained=True),
            make_record("b", 0, [0.5], state="interrupted", epochs=40),
            make_record("c", 0, [0.5], state="failed", message="the loss is not a number in epoch 2"),
            replace(make_record("d", 0, [0.5]), summary=None),
            replace(make_record("e", 0, [0.5]), history=None),
        ]
    )
    assert [result.name for result in comparison.experiments] == ["mp"]
    assert [str(run) for run in comparison.skipped] == [
        "results/a/seed-0 was interrupted after epoch 1 of 40",
        "results/a/seed-0 is still running: epoch 1 of 40",
        "results/b/seed-0 was interrupted after epoch 1 of 40",
        "results/c/seed-0 failed: the loss is not a number in epoch 2",
        "results/d/seed-0 has no summary.json",
        "results/e/seed-0 has no history.csv",
    ]


def test_nothing_complete_is_an_error(make_record: Maker) -> None:
    """Without a complete run there is nothing to compare; the reasons are in the message."""
    with pytest.raises(RunError) as caught:
        compare_runs([make_record("mp", 0, [0.5], state="failed", message="out of memory")])
    assert str(caught.value) == "no complete run to compare: results/mp/seed-0 failed: out of memory"
    with pytest.raises(RunError) as caught:
        compare_runs([])
    assert str(caught.value) == "no complete run to compare"


def test_same_name_in_two_folders_is_two_experiments(make_record: Maker) -> None:
    """They are separate, and their names and titles include the folder."""
    comparison = compare_runs(
        [make_record("mp", 0, [0.5], folder="results_a"), make_record("mp", 0, [0.6], folder="results_b")]
    )
    assert [result.name for result in comparison.experiments] == ["results_a/mp", "results_b/mp"]
    assert [result.title for result in comparison.experiments] == [
        "CNN + MP (results_a/mp)",
        "CNN + MP (results_b/mp)",
    ]


@pytest.mark.parametrize("place", ["results/mp/a copy of seed-0", "results/a copy of mp/seed-0"])
@pytest.mark.parametrize("first", [0, 1])
def test_copy_of_a_seed_is_skipped(make_record: Maker, place: str, first: int) -> None:
    """A seed counts once, and it is the run with the original path that counts, whichever is found first."""
    original, other = make_record("mp", 0, [0.5]), make_record("bn", 0, [0.5])
    copy = replace(original, directory=replace(original.directory, path=Path(place)))
    comparison = compare_runs([(original, copy)[first], (copy, original)[first], other])
    assert [(each.name, each.seeds) for each in comparison.experiments] == [("mp", (0,)), ("bn", (0,))]
    assert comparison.experiments[0].runs[0].path == Path("results/mp/seed-0")
    assert comparison.skipped == (
        SkippedRun(Path(place), "has the same experiment and seed as results/mp/seed-0"),
    )


@pytest.mark.parametrize("missing", [0, 1])
def test_settings_of_another_seed(make_record: Maker, missing: int) -> None:
    """All seeds have the same settings, so those of one file are enough."""
    runs = [make_record("mp", seed, [0.5]) for seed in range(2)]
    runs[missing].directory.experiment.unlink()
    comparison = compare_runs(runs)
    assert not any("experiment.yaml" in note for note in comparison.notes)
    assert (
        comparison.experiments[0].runs[0].settings == comparison.experiments[0].runs[1].settings is not None
    )


def test_copy_of_an_interrupted_run(make_record: Maker) -> None:
    """A copy that was completed counts instead of its original."""
    original = make_record("mp", 0, [0.5], epochs=2, state="interrupted")
    copy = make_record("mp", 0, [0.5, 0.6])
    copy = replace(copy, directory=replace(copy.directory, path=Path("results/mp/seed-0 copy")))
    assert compare_runs([original, copy]).experiments[0].runs[0].path == Path("results/mp/seed-0 copy")


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

"""Complete runs are grouped into experiments."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reglab.analysis.comparison import compare_runs
from reglab.analysis.grouping import SkippedRun
from reglab.analysis.metrics import BEST_EPOCH, VALIDATION_ACCURACY
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

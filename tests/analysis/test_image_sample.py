"""Two experiments are compared on the images of their saved predictions."""

from collections.abc import Callable

import numpy as np
import pytest

from reglab.analysis.comparison import Comparison, compare_runs
from reglab.analysis.statistics.images import compare_networks, find_image_interval
from reglab.runs.finding import RunRecord
from tests.run_files import write_predictions

Maker = Callable[..., RunRecord]
RIGHT = np.random.default_rng(0).random((2, 3, 200)) < np.array([0.75, 0.5])[:, None, None]
NO_TIMES = (
    "the training times of CNN + MP are not compared with those of CNN + CNN: they are not known to be from "
    "one machine"
)


def make_records(make_record: Maker, seeds: int) -> list[RunRecord]:
    """Runs of MP and CNN with predictions."""
    return [
        write_predictions(make_record(name, seed, [float(right[seed].mean())]), right[seed])
        for name, right in zip(("mp", "cnn"), RIGHT, strict=True)
        for seed in range(seeds)
    ]


def test_seeds_are_paired(make_record: Maker) -> None:
    """Whatever the order of the runs; the interval is around the difference of the verdict."""
    result = compare_runs([*reversed(make_records(make_record, 3))], "cnn").experiments[1]
    assert result.images is not None
    assert result.verdict is not None
    assert result.images.interval == find_image_interval(RIGHT[0], RIGHT[1])
    assert result.images.interval is not None
    assert sum(result.images.interval) / 2 == pytest.approx(result.verdict.test.mean)
    assert result.images.p_mcnemar is None


def test_one_seed_has_mcnemar_only(make_record: Maker) -> None:
    """Whatever the networks show, the verdict is about seeds."""
    result = compare_runs(make_records(make_record, 1), "cnn").experiments[0]
    assert result.images is not None
    assert result.verdict is not None
    assert result.images.interval is None
    assert result.images.p_mcnemar == compare_networks(RIGHT[0, 0], RIGHT[1, 0]) < 0.05
    assert result.verdict.word == "one_seed"


def find_missing(records: list[RunRecord]) -> Comparison:
    comparison = compare_runs(records, "cnn")
    assert all(result.images is None for result in comparison.experiments)
    return comparison


def test_missing_predictions_are_named(make_record: Maker) -> None:
    """The interval over seeds is still there."""
    records = make_records(make_record, 2)
    records[1].directory.predictions.unlink()
    comparison = find_missing(records)
    assert comparison.experiments[0].verdict is not None
    assert comparison.missing == (
        "the predictions of CNN + MP are not compared: cannot read results/mp/seed-1/predictions.npz: "
        "No such file or directory",
        NO_TIMES,
    )


def test_other_images_are_named(make_record: Maker) -> None:
    """Predictions of as many, but other images cannot be paired."""
    records = make_records(make_record, 2)
    write_predictions(records[3], RIGHT[1, 1], range(1, 201))
    assert find_missing(records).missing[0] == (
        "the predictions of CNN + MP are not compared: results/cnn/seed-1/predictions.npz has predictions of "
        "other images than results/mp/seed-0/predictions.npz"
    )


def test_only_the_final_value_has_predictions(make_record: Maker) -> None:
    """They are those of the kept weights, so other values are not compared with them."""
    comparison = compare_runs(make_records(make_record, 2), "cnn", value="tail")
    assert comparison.experiments[0].images is None
    assert comparison.missing == (NO_TIMES,)

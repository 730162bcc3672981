"""The table of a comparison for machines."""

import csv
import json
from collections.abc import Callable
from io import StringIO

import numpy as np
import pytest

from reglab.analysis.comparison import Comparison, compare_runs
from reglab.analysis.statistics.images import find_image_interval
from reglab.report.tables.records import render_csv, render_json
from reglab.runs.finding import RunRecord
from tests.run_files import write_machine, write_predictions

COLUMNS = (
    "name,title,dataset,validation,validation_images,parameters,regularizers,seeds,n,epochs_min,epochs_max,"
    "train_accuracy,clean_accuracy,validation_accuracy,validation_accuracy_sd,best_validation_accuracy,"
    "best_epoch,test_accuracy,gap_accuracy,gap_accuracy_sd,gap_cross_entropy,gap_cross_entropy_sd,"
    "validation_cross_entropy,validation_cross_entropy_sd,seconds,value,mean,deviation,interval_low,"
    "interval_high,baseline,difference,difference_n,difference_deviation,difference_interval_low,"
    "difference_interval_high,difference_interval_images_low,difference_interval_images_high,"
    "p,p_sign_flips,p_holm,probability_better,verdict,seeds_needed,p_mcnemar,seconds_difference,"
    "seconds_difference_interval_low,seconds_difference_interval_high,gain_per_second,diagnosis,diagnosis_evidence"
)


@pytest.fixture
def comparison(make_record: Callable[..., RunRecord]) -> Comparison:
    return compare_runs(
        [
            *(make_record("cnn", seed, [0.5, 0.625], title='CNN, "plain"') for seed in range(3)),
            *(make_record("mp", seed, [0.75, 0.6875 + seed / 32]) for seed in range(3)),
            make_record("bn", 0, [0.5], state="failed", message="out of memory"),
        ],
        baseline="cnn",
    )


def test_csv(comparison: Comparison) -> None:
    """Fractions without rounding; unknown values are empty; the columns are a promise to scripts."""
    text = render_csv(comparison)
    assert text.splitlines()[0] == COLUMNS
    first, second = csv.DictReader(StringIO(text))
    assert (first["name"], first["title"], first["validation"]) == ("cnn", 'CNN, "plain"', "test set")
    assert (first["difference"], first["test_accuracy"], first["seeds"]) == ("", "", "0 1 2")
    assert float(second["validation_accuracy"]) == 0.71875
    assert float(second["validation_accuracy_sd"]) == 0.03125
    assert float(second["difference"]) == 0.09375
    assert (first["diagnosis"], first["diagnosis_evidence"]) == ("too short to tell", "fewer than 6 epochs")


def test_json(comparison: Comparison) -> None:
    """The same records, with the baseline, what the figures are, the notes and the skipped runs."""
    content = json.loads(render_json(comparison))
    first, second = content["experiments"]
    intervals = {
        "interval",
        "difference_interval",
        "difference_interval_images",
        "seconds_difference_interval",
    }
    ends = {f"{name}_{end}" for name in intervals for end in ("low", "high")}
    assert set(first) == set(COLUMNS.split(",")) - ends | intervals | {"differs_in"}
    assert (second["difference_n"], first["difference_interval"]) == (3, None)
    assert (first["n"], first["mean"], first["deviation"]) == (3, 0.625, 0)
    assert second["interval"] == pytest.approx([0.6411, 0.7964], abs=1e-4)
    assert second["difference_interval"] == pytest.approx([0.0161, 0.1714], abs=1e-4)
    assert (first["verdict"], second["verdict"]) == ("baseline", "better")
    assert second["p_holm"] == second["p"] == pytest.approx(0.0351, abs=1e-4)
    assert (content["baseline"], content["margin"], content["value"]) == ("cnn", 0.005, "final")
    assert content["notes"] == [*comparison.notes, *comparison.missing]
    assert len(content["notes"]) == 3
    assert content["metrics"]["gap_accuracy"] == {"title": "accuracy gap", "better": "down"}
    assert content["left_out"] == [{"run": "results/bn/seed-0", "reason": "failed: out of memory"}]


def test_images_cost_and_differences(make_record: Callable[..., RunRecord]) -> None:
    """Numbers without rounding; seconds and fractions for each second more."""
    correct = np.arange(100) % 4 > 0
    records = [
        write_machine(write_predictions(make_record(name, seed, [accuracy], **changes), right))
        for name, accuracy, right, changes in (
            ("cnn", 0.25, ~correct, {"seconds": 100.0}),
            ("mp", 0.75, correct, {"seconds": 200.0, "precision": "mixed_bfloat16"}),
        )
        for seed in range(2)
    ]
    first, second = json.loads(render_json(compare_runs(records, "cnn")))["experiments"]
    interval = find_image_interval(np.stack([correct] * 2), np.stack([~correct] * 2))
    assert interval is not None
    assert second["difference_interval_images"] == list(interval)
    assert (second["seconds_difference"], second["gain_per_second"]) == (100, 0.005)
    assert second["seconds_difference_interval"] == [100, 100]
    assert second["differs_in"] == [{"key": "precision", "baseline": "float32", "value": "mixed_bfloat16"}]
    assert (first["differs_in"], first["seconds_difference"], second["p_mcnemar"]) == ([], None, None)


def test_another_value(make_record: Callable[..., RunRecord]) -> None:
    """`mean` is of the value that is compared; the metrics are final."""
    comparison = compare_runs([make_record("mp", 0, [0.25, 0.75, 0.5])], value="best")
    (record,) = json.loads(render_json(comparison))["experiments"]
    assert (record["value"], record["mean"], record["validation_accuracy"]) == ("best", 0.75, 0.5)

"""The table of a comparison for machines."""

import csv
import json
from collections.abc import Callable
from io import StringIO

import pytest

from reglab.analysis.comparison import Comparison, compare_runs
from reglab.report.tables.records import render_csv, render_json
from reglab.runs.finding import RunRecord

COLUMNS = (
    "name,title,dataset,validation,validation_images,parameters,regularizers,seeds,n,epochs_min,epochs_max,"
    "train_accuracy,clean_accuracy,validation_accuracy,validation_accuracy_sd,best_validation_accuracy,"
    "best_epoch,test_accuracy,gap_accuracy,gap_accuracy_sd,gap_cross_entropy,gap_cross_entropy_sd,"
    "validation_cross_entropy,validation_cross_entropy_sd,seconds,mean,deviation,interval_low,interval_high,"
    "baseline,difference,difference_n,difference_deviation,difference_interval_low,difference_interval_high,"
    "p,p_sign_flips,p_holm,probability_better,verdict,seeds_needed"
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


def test_json(comparison: Comparison) -> None:
    """The same records, with the baseline, what the figures are, the notes and the skipped runs."""
    content = json.loads(render_json(comparison))
    first, second = content["experiments"]
    ends = {f"{name}_{end}" for name in ("interval", "difference_interval") for end in ("low", "high")}
    assert set(first) == set(COLUMNS.split(",")) - ends | {"interval", "difference_interval"}
    assert (second["difference_n"], first["difference_interval"]) == (3, None)
    assert (first["n"], first["mean"], first["deviation"]) == (3, 0.625, 0)
    assert second["interval"] == pytest.approx([0.6411, 0.7964], abs=1e-4)
    assert second["difference_interval"] == pytest.approx([0.0161, 0.1714], abs=1e-4)
    assert (first["verdict"], second["verdict"]) == ("baseline", "better")
    assert second["p_holm"] == second["p"] == pytest.approx(0.0351, abs=1e-4)
    assert content["margin"] == 0.005
    assert (content["baseline"], content["notes"]) == ("cnn", [])
    assert content["metrics"]["gap_accuracy"] == {"title": "accuracy gap", "better": "down"}
    assert content["left_out"] == [{"run": "results/bn/seed-0", "reason": "failed: out of memory"}]

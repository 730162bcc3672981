"""The effects in `comparison.json`."""

import json
from collections.abc import Callable

import pytest

from reglab.analysis.comparison import compare_runs
from reglab.report.tables.records import render_json
from reglab.runs.finding import RunRecord
from tests.factorials import list_cells, list_half, make_factorial

Maker = Callable[..., RunRecord]


def test_full_factorial(make_record: Maker) -> None:
    """Each effect with value, interval and seeds, as fractions, for both metrics."""
    cells = list_cells(("max_pooling", "dropout"))
    records = make_factorial(make_record, cells, (0, 1), lambda on, seed: 0.5 + len(on) * (1 + seed) / 16)
    effects = json.loads(render_json(compare_runs(list(records))))["effects"]
    assert effects["factors"] == [
        {"name": "max_pooling", "title": "Max pooling"},
        {"name": "dropout", "title": "Dropout"},
    ]
    assert (effects["full"], effects["seeds"], effects["confounded"]) == (True, [0, 1], [])
    assert [(each["regularizer"], each["metric"]) for each in effects["main"]] == [
        ("max_pooling", "validation_accuracy"),
        ("dropout", "validation_accuracy"),
        ("max_pooling", "gap_accuracy"),
        ("dropout", "gap_accuracy"),
    ]
    first = effects["main"][0]
    assert (first["value"], first["by_seed"]) == (0.09375, [0.0625, 0.125])
    # t(0.975, 1) = 12.7062, times the standard error of two seeds, half of their difference.
    assert first["interval"] == pytest.approx([0.09375 - 12.7062 / 32, 0.09375 + 12.7062 / 32], abs=1e-5)
    interaction = effects["interactions"][0]
    assert (interaction["regularizers"], interaction["by_seed"]) == (["max_pooling", "dropout"], [0, 0])
    assert effects["shapley"][1]["regularizer"] == "dropout"
    assert effects["shapley"][1]["by_seed"] == [0.0625, 0.125]
    assert [each["metric"] for each in effects["gain"]] == ["validation_accuracy", "gap_accuracy"]
    assert effects["gain"][0]["by_seed"] == [0.125, 0.25]


def test_half_with_one_seed(make_record: Maker) -> None:
    """No interval, no shares; what is confounded is listed."""
    cells = list_half(("max_pooling", "dropout", "l2"))
    effects = json.loads(render_json(compare_runs(list(make_factorial(make_record, cells)))))["effects"]
    assert (effects["full"], effects["interactions"], effects["shapley"], effects["gain"]) == (
        *(False, []),
        *([], []),
    )
    assert effects["confounded"][0] == [["max_pooling"], ["dropout", "l2"]]
    assert [each["interval"] for each in effects["main"]] == [None] * 6


def test_other_experiments_have_none(make_record: Maker) -> None:
    """The field is there, so that programs need not ask whether it exists."""
    assert json.loads(render_json(compare_runs([make_record("mp", 0, [0.5])])))["effects"] is None

"""Training times are compared on one machine only."""

from collections.abc import Callable

import pytest

from reglab.analysis.comparison import compare_runs
from reglab.runs.finding import RunRecord
from tests.run_files import write_machine

Maker = Callable[..., RunRecord]
NOTE = (
    "the training times of CNN + MP are not compared with those of CNN + CNN: they are not known to be from "
    "one machine"
)


def test_times_of_one_machine_are_compared(make_record: Maker) -> None:
    """Paired by seed, with the gain for each second more."""
    records = [
        write_machine(make_record(name, seed, [accuracy], seconds=seconds + seed))
        for name, accuracy, seconds in (("cnn", 0.5, 100.0), ("mp", 0.625, 150.0))
        for seed in range(2)
    ]
    comparison = compare_runs(records, "cnn")
    cost = comparison.experiments[1].cost
    assert cost is not None
    assert (cost.seconds.n, cost.seconds.mean, cost.gain_per_second) == (2, 50, 0.0025)
    assert comparison.experiments[0].cost is None
    assert NOTE not in comparison.missing


@pytest.mark.parametrize(
    "change",
    [
        {"host": "other"},
        {"processor": "other"},
        {"device": "GPU"},
        {"threads": 4},
        {"cores": 1000},
        {"backend": "jax"},
        {"resumed_with": ("threads 2 → 4 from epoch 5",)},
        None,
    ],
)
def test_times_of_other_machines_are_not(make_record: Maker, change: dict[str, object] | None) -> None:
    """Whatever of the machine differs, changed in a run, or is not known; a note says so."""
    baseline, other = write_machine(make_record("cnn", 0, [0.5])), make_record("mp", 0, [0.5])
    if change is not None:
        write_machine(other, **change)
    comparison = compare_runs([baseline, other], "cnn")
    assert comparison.experiments[1].cost is None
    assert NOTE in comparison.missing

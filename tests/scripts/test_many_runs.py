"""The runs that `scripts/many_runs.py` measures with are complete runs, and its table has medians."""

from pathlib import Path

import many_runs
import pytest

from reglab.analysis.comparison import compare_runs
from reglab.runs.finding import find_runs


def test_runs_are_compared_with_everything(tmp_path: Path) -> None:
    """They have other accuracies, predictions that agree with them, and times that can be compared."""
    for name, shift in (("x00", 0.0), ("x01", 0.1)):
        for seed in range(2):
            many_runs.make_run(tmp_path, name, seed, shift)
    comparison = compare_runs(find_runs([tmp_path]).runs, "x00")
    assert (comparison.skipped, comparison.missing) == ((), ())
    _, result = comparison.experiments
    assert result.verdict is not None
    assert result.images is not None
    assert result.images.interval is not None
    assert sum(result.images.interval) / 2 == pytest.approx(result.verdict.test.mean)
    assert result.verdict.test.deviation != 0
    assert 0.01 < result.verdict.test.mean < 0.05
    assert result.cost is not None


def test_table() -> None:
    """Median, minimum and maximum of each command."""
    durations = {
        name: [many_runs.Duration(clock, clock / 2) for clock in clocks]
        for name, clocks in (("list", (1.0, 3.0, 2.0)), ("compare", (9.04, 9.0, 11.0)))
    }
    table = many_runs._render(durations, 25, 40, 1.5)
    first, _, *rows = table.splitlines()
    assert first.endswith(
        " cores, of which other programs asked for 1.5; 1,000 runs: 25 experiments × 40 seeds, 10,000 "
        "validation images each; median [minimum, maximum] of "
        "3 rounds."
    )
    assert rows == [
        "| command | seconds | seconds of the processor | limit for 1,000 runs on two idle cores |",
        "| --- | ---: | ---: | ---: |",
        "| `reglab list` | 2.0 [1.0, 3.0] | 1.0 [0.5, 1.5] | 3 |",
        "| `reglab compare` | 9.0 [9.0, 11.0] | 4.5 [4.5, 5.5] | 20 |",
    ]

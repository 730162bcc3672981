"""What README and configs say about the lecture's experiments is what `reglab compare` computes."""

from pathlib import Path

import pytest

from reglab.analysis.comparison import Comparison, compare_runs
from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.metrics import ACCURACY_GAP, CLEAN_ACCURACY, TIME, VALIDATION_ACCURACY
from reglab.report.verdicts import describe_verdict
from reglab.report.wording import format_seeds
from reglab.runs.finding import find_runs

_ROOT = Path(__file__).parents[1]
_CONFIGS = _ROOT / "configs"


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare_runs(find_runs([_ROOT / "reference" / "lecture"]).runs, "mp")


def _row(result: ExperimentResult, baseline: str | None) -> str:
    """A row of the table in the README."""
    verdict = result.verdict
    cells = (
        result.title,
        str(len(result.seeds)),
        *(
            metric.format(result.final(metric))
            for metric in (VALIDATION_ACCURACY, CLEAN_ACCURACY, ACCURACY_GAP)
        ),
        TIME.format(result.final(TIME)),
        ACCURACY_GAP.format_difference(verdict.test if verdict else None),
        "baseline" if result.name == baseline else describe_verdict(verdict) if verdict else "–",
    )
    return f"| {' | '.join(cells)} |"


def _comment(result: ExperimentResult) -> str:
    """The second line of a config."""
    accuracy, clean, gap = (
        metric.describe(result.final(metric))
        for metric in (VALIDATION_ACCURACY, CLEAN_ACCURACY, ACCURACY_GAP)
    )
    seeds = format_seeds(result.seeds)
    return f"# CIFAR-10 (JPEG copy), seeds {seeds}: validation {accuracy}, clean {clean}, gap {gap}."


def test_the_table_in_the_readme(comparison: Comparison) -> None:
    """Every experiment of `reference/lecture` is in it, in the order of their validation accuracy."""
    readme = (_ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("\n| experiment | n | validation |")[2].partition("\n\n")[0]
    results = sorted(
        comparison.experiments,
        key=lambda result: spread.mean if (spread := result.final(VALIDATION_ACCURACY)) else 0,
    )
    assert table.splitlines()[2:] == [_row(result, comparison.baseline) for result in results]


def test_comments_of_the_configs(comparison: Comparison) -> None:
    """The second line of each config that was trained says what came out."""
    measured = {result.name: _comment(result) for result in comparison.experiments}
    shipped = {name for name in measured if (_CONFIGS / f"{name}.yaml").is_file()}
    assert len(shipped) == 9
    for name in shipped:
        lines = (_CONFIGS / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
        assert lines[1] == measured[name]

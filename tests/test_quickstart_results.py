"""The committed comparison of the quickstart, and what the README says about it, follow from its runs."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from reglab.analysis.comparison import Comparison, compare_runs
from reglab.analysis.diagnosis.diagnosis import diagnose_experiment
from reglab.analysis.metrics import ACCURACY_GAP, CLEAN_ACCURACY, VALIDATION_ACCURACY, Metric
from reglab.config.shipped import shipped_directory
from reglab.report.tables.comparison import build_table
from reglab.report.tables.conclusions import build_conclusions
from reglab.report.tables.records import render_json
from reglab.runs.finding import find_runs
from reglab.study.study import load_study

_ROOT = Path(__file__).parents[1]
_RUNS = Path("reference/quickstart")
_STUDY = load_study(shipped_directory() / "studies" / "quickstart.yaml")


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    # A note of the comparison has paths of runs.
    monkeypatch.chdir(_ROOT)


@pytest.fixture
def comparison() -> Comparison:
    """In the order of the study."""
    folders = [_RUNS / experiment.name for experiment in _STUDY.experiments]
    return compare_runs(find_runs(folders).runs, _STUDY.baseline)


def _mean(comparison: Comparison, name: str, metric: Metric) -> float:
    (result,) = (result for result in comparison.experiments if result.name == name)
    spread = result.final(metric)
    assert spread is not None
    return spread.mean


def _round(text: str) -> object:
    """Without the last digits, in which processors differ."""
    return json.loads(text, parse_float=lambda number: float(f"{float(number):.9g}"))


def test_the_runs_are_those_of_the_study() -> None:
    """Every experiment of the shipped study with each of its seeds, and nothing else."""
    found = sorted((record.status.identity, record.status.seed) for record in find_runs([_RUNS]).runs)
    assert found == sorted((run.identity, run.training.seed) for run in _STUDY.runs)


def test_the_committed_comparison(comparison: Comparison) -> None:
    """It is the one that `reglab compare` computes from the committed runs."""
    written = {
        suffix: (_RUNS / "comparison" / f"comparison.{suffix}").read_text(encoding="utf-8")
        for suffix in ("md", "json")
    }
    assert written["md"] == build_table(comparison).render_markdown()
    assert _round(written["json"]) == _round(render_json(comparison))


def test_the_story(comparison: Comparison) -> None:
    """The baseline memorizes and overfits; the best experiment fits well, and is better by far."""
    *others, best = sorted(
        _STUDY.experiments, key=lambda each: _mean(comparison, each.name, VALIDATION_ACCURACY)
    )
    assert (others[0].name, best.name) == ("quick_baseline", "quick_mp_bn_da")
    assert _mean(comparison, "quick_baseline", CLEAN_ACCURACY) > 0.98
    accuracy = _mean(comparison, best.name, VALIDATION_ACCURACY)
    assert accuracy > 0.65
    assert accuracy - _mean(comparison, "quick_baseline", VALIDATION_ACCURACY) > 0.2
    found = {result.name: result for result in comparison.experiments}
    assert diagnose_experiment(found["quick_baseline"]).kind == "overfitting"
    assert diagnose_experiment(found[best.name]).kind == "fitting"
    verdict = found[best.name].verdict
    assert verdict is not None
    assert verdict.word == "better"


def test_the_last_lines_in_the_readme(comparison: Comparison) -> None:
    """They are the last lines that the study prints."""
    console = Console(file=StringIO(), width=100)
    console.print(build_conclusions(comparison))
    assert isinstance(console.file, StringIO)
    printed = "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())
    assert f"```\n{printed}\n```" in (_ROOT / "README.md").read_text(encoding="utf-8")


def test_the_caption_in_the_readme(comparison: Comparison) -> None:
    """Gaps and accuracies are means over the seeds."""

    def write(name: str, metric: Metric) -> str:
        return metric.describe(_mean(comparison, name, metric))

    base, best = "quick_baseline", "quick_mp_bn_da"
    sentences = (
        "The baseline classifies its training images (dashed) without an error and new images (solid) "
        f"badly: a gap of {write(base, ACCURACY_GAP)}. With max pooling, batch normalization and "
        f"augmentation the gap is {write(best, ACCURACY_GAP)}, and the accuracy on new images is "
        f"{write(best, VALIDATION_ACCURACY)} instead of {write(base, VALIDATION_ACCURACY)}."
    )
    assert sentences in (_ROOT / "README.md").read_text(encoding="utf-8")

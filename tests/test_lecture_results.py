"""What README and configs say about the lecture's experiments is what `reglab compare` computes."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from reglab.analysis.baseline import subtract
from reglab.analysis.comparison import Comparison, compare_runs
from reglab.analysis.experiment import ExperimentResult
from reglab.analysis.metrics import ACCURACY_GAP, CLEAN_ACCURACY, TIME, VALIDATION_ACCURACY
from reglab.analysis.statistics.paired import find_interval
from reglab.analysis.value import Value
from reglab.report.tables.effects import build_effects
from reglab.report.tables.markdown import render_columns
from reglab.report.verdicts import describe_verdict
from reglab.report.wording import format_seeds
from reglab.runs.finding import find_runs
from reglab.runs.history import History

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


def _stop(result: ExperimentResult, epochs: int) -> ExperimentResult:
    """The experiment as if its trainings had had fewer epochs."""
    runs = []
    for run in result.runs:
        rows = run.history.rows[:epochs]
        summary = run.summary.model_copy(update={"final_val_accuracy": rows[-1].val_accuracy})
        runs.append(replace(run, history=History(rows), summary=summary))
    return replace(result, runs=tuple(runs))


def _measure_deviation(result: ExperimentResult, value: Value) -> float:
    spread = result.over_seeds(VALIDATION_ACCURACY, value)
    assert spread is not None
    assert spread.deviation is not None
    return spread.deviation


def _measure_width(baseline: ExperimentResult, result: ExperimentResult, value: Value, epochs: int) -> float:
    low, high = find_interval(
        subtract(_stop(result, epochs), _stop(baseline, epochs), VALIDATION_ACCURACY, value)
    ) or (np.nan, np.nan)
    return high - low


def _divide(measure: Callable[[Value, int], float], lengths: range) -> float:
    """Tail / final, each the root of the mean square over trainings of these lengths."""
    tail, final = (
        np.sqrt(np.mean([measure(value, epochs) ** 2 for epochs in lengths])) for value in ("tail", "final")
    )
    return float(tail / final)


def test_how_much_narrower_the_tail_is(comparison: Comparison) -> None:
    """Medians over the experiments of the standard deviations over seeds, and of the widths of intervals.

    Three seeds of one epoch show little, so the figure is also computed as if the trainings had ended after
    any of the epochs from 21 to 40.
    """
    baseline = next(result for result in comparison.experiments if result.name == comparison.baseline)
    others = [result for result in comparison.experiments if result is not baseline]

    def deviation(result: ExperimentResult, value: Value, epochs: int) -> float:
        return _measure_deviation(_stop(result, epochs), value)

    ratios = {}
    for lengths in (range(40, 41), range(21, 41)):
        deviations = [_divide(partial(deviation, result), lengths) for result in comparison.experiments]
        widths = [_divide(partial(_measure_width, baseline, result), lengths) for result in others]
        ratios[len(lengths)] = (np.median(deviations), np.median(widths))
        named = dict(zip((result.name for result in others), widths, strict=True))
    (last, width), (any_epoch, any_width) = ratios[1], ratios[20]
    sentence = (
        f"tail / final is {last:.2f} for the standard deviation over seeds and {width:.2f} for the width of "
        "the interval of the difference from MP (medians over the experiments). Three seeds of one epoch "
        "show little. If the trainings had ended after any of the epochs from 21 to 40, it would be, on "
        f"average, {any_epoch:.2f} and {any_width:.2f}; {named['mp_do_bn_da']:.2f} for the width with "
        "MP + DO + BN + DA, whose accuracy jumps from epoch to epoch, and "
        f"{named['mp_l1']:.2f} with MP + L1."
    )
    assert sentence in (_ROOT / "README.md").read_text(encoding="utf-8")


def test_the_effects_in_the_readme() -> None:
    """Four of the experiments are all combinations of dropout and batch normalization."""
    names = ("mp", "mp_do", "mp_bn", "mp_do_bn")
    four = compare_runs(find_runs([_ROOT / "reference" / "lecture" / name for name in names]).runs)
    (section,) = build_effects(four)
    readme = (_ROOT / "README.md").read_text(encoding="utf-8")
    assert "\n".join(render_columns(section.columns)) in readme
    assert four.effects is not None
    interaction = four.effects.accuracy.interactions["batch_norm", "dropout"].mean
    assert f"dropout changes the accuracy by {-200 * interaction:.1f} points less than without it" in readme

"""The numbers in the reasons of the thresholds are those of the runs."""

from collections.abc import Callable
from pathlib import Path
from statistics import fmean

import pytest

from reglab.analysis.comparison import compare_runs
from reglab.analysis.diagnosis.diagnosis import diagnose_experiment
from reglab.analysis.diagnosis.evidence import Evidence
from reglab.analysis.diagnosis.rules import find_low_accuracy
from reglab.analysis.diagnosis.thresholds import ERROR_RATIO, LARGE_GAP, UNSTABLE_NOISE
from reglab.runs.finding import find_runs

LECTURE = Path(__file__).parents[3] / "reference" / "lecture"
SMALL_GAP = ("mp_bn_da", "mp_do_bn_da", "mp_do_bn_da_cosine", "mp_do_bn_da_ema")
Means = Callable[[Callable[[Evidence], float]], dict[str, float]]


@pytest.fixture(scope="module")
def means() -> Means:
    """Mean of a number over the seeds of each experiment."""
    found = {
        result.name: [each.evidence for each in diagnose_experiment(result).findings if each.evidence]
        for result in compare_runs(find_runs([LECTURE]).runs).experiments
    }
    return lambda read: {name: fmean(map(read, each)) for name, each in found.items()}


def test_gaps(means: Means) -> None:
    """The healthy network has 9 points, the smallest gap of those that overfit is 12."""
    gaps = means(lambda evidence: evidence.gap)
    assert max(gaps[name] for name in SMALL_GAP) == gaps["mp_bn_da"] == pytest.approx(0.09, abs=0.005)
    others = {name: gap for name, gap in gaps.items() if name not in SMALL_GAP}
    assert min(others.values()) == gaps["mp_l1"] == pytest.approx(0.12, abs=0.005)
    assert gaps["mp_bn_da"] < LARGE_GAP < gaps["mp_l1"]


def test_ratios_of_the_errors(means: Means) -> None:
    """At most 1.8 with a small gap."""
    ratios = means(
        lambda evidence: (1 - evidence.validation_accuracy) / max(1 - evidence.clean_accuracy, 1e-6)
    )
    largest = max(ratios[name] for name in SMALL_GAP)
    assert largest <= 1.8 < ERROR_RATIO


def test_accuracies(means: Means) -> None:
    """The lowest is 84 %; the limit is 70 % with ten classes."""
    assert min(means(lambda evidence: evidence.clean_accuracy).values()) == pytest.approx(0.84, abs=0.005)
    assert find_low_accuracy(10) == pytest.approx(0.70)


def test_noise(means: Means) -> None:
    """0.4 to 0.8 points without batch normalization; 2.1 and 0.3 points with both schedules."""
    noise = {name: round(100 * value, 1) for name, value in means(lambda each: each.noise).items()}
    without = [value for name, value in noise.items() if "_bn" not in name]
    assert (min(without), max(without)) == (0.4, 0.8)
    assert (noise["mp_do_bn_da"], noise["mp_do_bn_da_cosine"]) == (2.1, 0.3)
    assert max(without) < 100 * UNSTABLE_NOISE < noise["mp_do_bn_da"]

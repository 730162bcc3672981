"""Diagnoses in words."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, get_args

import pytest

from reglab.analysis.comparison import compare_runs
from reglab.analysis.diagnosis.diagnosis import Diagnosis
from reglab.analysis.diagnosis.evidence import Evidence
from reglab.analysis.diagnosis.rules import Finding, Kind
from reglab.report.diagnoses import describe_diagnosis, describe_evidence, describe_kind
from reglab.runs.finding import RunRecord

EVIDENCE = Evidence(
    epochs=40,
    window=5,
    span=9,
    clean_accuracy=0.95,
    validation_accuracy=0.75,
    gap_error=0.006,
    validation_rise=-0.001,
    clean_rise=0.02,
    rise_error=0.002,
    noise=0.004,
    clean_cross_entropy=0.1,
    validation_cross_entropy=1.2,
    lowest_cross_entropy=0.8,
    lowest_epoch=9,
    clean_cross_entropy_then=0.5,
    cross_entropy_error=0.005,
    flat_since=12,
)
CALM = {
    "clean_accuracy": 0.85,
    "validation_accuracy": 0.81,
    "validation_rise": 0.03,
    "clean_rise": 0.03,
    "rise_error": 0.015,
    "noise": 0.02,
    "validation_cross_entropy": 0.81,
}


@pytest.fixture
def describe(make_record: Callable[..., RunRecord]) -> Callable[..., tuple[str, ...]]:
    """Describe the evidence of findings; `changes` go to the summaries of their runs."""

    def make(
        findings: Sequence[Finding], kind: Kind, *, unstable: bool = False, **changes: Any
    ) -> tuple[str, ...]:
        records = [make_record("mp", seed, [0.5] * 40, **changes) for seed in range(len(findings))]
        (result,) = compare_runs(records).experiments
        return describe_evidence(Diagnosis(kind, None, unstable, tuple(findings)), result)

    return make


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (Finding("overfitting", 9.0), "overfitting since epoch 9"),
        (Finding("overfitting", 11.5, True), "overfitting since epoch 12, unstable"),
        (Finding("fitting", is_unstable=True), "fitting well, unstable"),
        (Finding("fitting"), "fitting well"),
        (Finding("underfitting"), "underfitting"),
        (Finding("not converged"), "not converged"),
        (Finding("at chance"), "at chance"),
        (Finding("diverged"), "diverged"),
        (Finding("too short"), "too short to tell"),
    ],
)
def test_words(finding: Finding, words: str) -> None:
    """The same for a seed and for an experiment."""
    assert describe_diagnosis(finding) == words
    whole = Diagnosis(finding.kind, finding.since, finding.is_unstable, (finding,))
    assert describe_diagnosis(whole) == words


def test_every_kind_has_words() -> None:
    """A new kind needs words."""
    assert all(describe_kind(kind) for kind in get_args(Kind))
    assert describe_kind("overfitting", "3.5") == "overfitting since epoch 3.5"


def test_evidence_of_overfitting(describe: Callable[..., tuple[str, ...]]) -> None:
    """Means over the seeds; the epoch of the minimum is the median."""
    findings = [
        Finding("overfitting", epoch, evidence=replace(EVIDENCE, lowest_epoch=epoch))
        for epoch in (8.0, 9.0, 30.0)
    ]
    assert describe(findings, "overfitting") == (
        "mean of the last 5 epochs: clean 95.0 %, validation 75.0 %, a gap of 20.0 points, which has risen "
        "by 2.1 points in the last 9 epochs",
        "the validation cross-entropy has risen from 0.800 at epoch 9 to 1.200; that of clean images has "
        "fallen from 0.500 to 0.100",
        "the validation accuracy has fallen by 0.1 points in the last 9 epochs",
    )


def test_evidence_of_an_unstable_network(describe: Callable[..., tuple[str, ...]]) -> None:
    """A rise within noise is named with its error; a gap that does not change is said not to change."""
    finding = Finding("fitting", is_unstable=True, evidence=replace(EVIDENCE, **CALM))
    assert describe([finding], "fitting", unstable=True) == (
        "mean of the last 5 epochs: clean 85.0 %, validation 81.0 %, a gap of 4.0 points, which has not "
        "changed in the last 9 epochs",
        "the validation cross-entropy is 0.810 and does not rise clearly (minimum 0.800)",
        "the validation accuracy has risen by 3.0 points in the last 9 epochs; 3 standard errors of one seed "
        "are 4.5 points",
        "the validation accuracy varies by 2.0 points from epoch to epoch (standard deviation)",
    )


def test_a_gap_within_noise(describe: Callable[..., tuple[str, ...]]) -> None:
    """It is named with its error; with few epochs, no mean is taken."""
    small = {**CALM, "validation_rise": 0.0, "gap_error": 0.02, "window": 1}
    first, *_, last = describe([Finding("fitting", evidence=replace(EVIDENCE, **small))], "fitting")
    assert first == (
        "the last epoch: clean 85.0 %, validation 81.0 %, a gap of 4.0 points, no more than 3 standard "
        "errors (6.0 points)"
    )
    assert last == "the validation accuracy has not changed in the last 9 epochs"


def test_seeds_that_differ(describe: Callable[..., tuple[str, ...]]) -> None:
    """Each is named; the numbers are those of the seeds that agree."""
    agreeing = Finding("overfitting", 9.0, evidence=EVIDENCE)
    other = Finding("fitting", is_unstable=True, evidence=replace(EVIDENCE, **CALM))
    first, *_, last = describe([agreeing, agreeing, other], "overfitting")
    assert first.startswith("mean of the last 5 epochs: clean 95.0 %")
    assert last == (
        "the seeds differ: overfitting since epoch 9 (seed 0); overfitting since epoch 9 (seed 1); fitting "
        "well, unstable (seed 2)"
    )


def test_kept_weights(describe: Callable[..., tuple[str, ...]]) -> None:
    """Early stopping restored weights that the end of the curves does not show."""
    finding = Finding("overfitting", 9.0, evidence=EVIDENCE)
    *_, last = describe([finding, finding], "overfitting", weights_epoch=9, gap_accuracy=0.05)
    assert last == "early stopping kept the weights of epoch 9, with a gap of 5.0 points"


def test_without_numbers(describe: Callable[..., tuple[str, ...]]) -> None:
    """Nothing is measured on few epochs, or after numbers that are not finite."""
    assert describe([Finding("too short")], "too short") == ("fewer than 6 epochs",)
    assert describe([Finding("diverged")], "diverged") == ("an accuracy or a cross-entropy is not finite",)

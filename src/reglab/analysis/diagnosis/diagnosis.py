"""The diagnosis of one experiment, from the findings of its seeds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import get_args

from reglab.analysis.diagnosis.rules import Finding, Kind, judge_trace
from reglab.analysis.diagnosis.trace import trace_history
from reglab.analysis.experiment import ExperimentResult
from reglab.runs.history import History

_SEVERITY: tuple[Kind, ...] = get_args(Kind)
"""The kinds, the most severe one first."""


@dataclass(frozen=True)
class Diagnosis:
    """What the curves of the seeds of one experiment show.

    Attributes:
        kind: of most seeds; the most severe one if two are equally frequent.
        since: median of the epochs since which the seeds of this kind overfit; None for other kinds.
        is_unstable: whether most seeds are unstable.
        findings: one for each seed, in the order of the seeds.
    """

    kind: Kind
    since: float | None
    is_unstable: bool
    findings: tuple[Finding, ...]

    @property
    def agreeing(self) -> tuple[Finding, ...]:
        """The findings of this kind."""
        return tuple(finding for finding in self.findings if finding.kind == self.kind)


def diagnose(
    histories: Sequence[History], clean_images: int, validation_images: int, classes: int | None
) -> Diagnosis:
    """Diagnoses an experiment.

    Each seed is judged alone, because the mean of curves hides their noise, and because seeds may have
    stopped at different epochs.

    Args:
        histories: one for each seed, at least one, each with at least one epoch.
        clean_images: number of clean images.
        validation_images: number of validation images.
        classes: number of classes; None if it is not known.
    """
    findings = tuple(
        judge_trace(trace_history(history, clean_images, validation_images), classes) for history in histories
    )
    counts = Counter(finding.kind for finding in findings)
    kind = max(counts, key=lambda kind: (counts[kind], -_SEVERITY.index(kind)))
    begins = [each.since for each in findings if each.kind == kind and each.since is not None]
    unstable = sum(finding.is_unstable for finding in findings)
    return Diagnosis(kind, median(begins) if begins else None, 2 * unstable > len(findings), findings)


def diagnose_experiment(result: ExperimentResult) -> Diagnosis:
    """Diagnoses an experiment of a comparison; older runs do not have the number of classes."""
    summary = result.summary
    return diagnose(
        [run.history for run in result.runs],
        summary.clean_images,
        summary.validation_images,
        len(summary.classes) or None,
    )

"""What can be said about several experiments from their runs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from reglab.analysis.comparability import describe_differences, share_data
from reglab.analysis.experiment import CompleteRun, ExperimentResult
from reglab.analysis.labels import distinguish_names, distinguish_titles
from reglab.analysis.spread import subtract_paired
from reglab.errors import RunError
from reglab.runs.finding import RunRecord


@dataclass(frozen=True)
class LeftOut:
    """A run that is no part of a comparison, and why, as the end of a sentence about it."""

    path: Path
    reason: str

    def __str__(self) -> str:
        return f"{self.path} {self.reason}"


@dataclass(frozen=True)
class Comparison:
    """Several experiments, side by side.

    Attributes:
        experiments: at least one, in the order in which their runs came.
        baseline: name of the one that the others are measured against; None where none was asked for.
        left_out: runs that are not complete.
        notes: what differs between the experiments that should not, a sentence each.
    """

    experiments: tuple[ExperimentResult, ...]
    baseline: str | None
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


def compare_runs(records: Sequence[RunRecord], baseline: str | None = None) -> Comparison:
    """Groups complete runs by experiment and pairs them by seed.

    Runs of one folder, name and identity are one experiment; the same name in two folders is two, and
    their labels say which is where.

    Args:
        records: as `find_runs` gives them.
        baseline: name or title of the experiment that the others are measured against.

    Returns:
        The comparison.

    Raises:
        RunError: no run is complete, or no experiment has the baseline's name.
    """
    complete: list[tuple[RunRecord, CompleteRun]] = []
    left_out: list[LeftOut] = []
    for record in records:
        run = _examine(record)
        if isinstance(run, LeftOut):
            left_out.append(run)
        elif twin := _find_twin(run, record, complete):
            left_out.append(LeftOut(run.path, f"is of the same experiment and seed as {twin.path}"))
        else:
            complete.append((record, run))
    if not complete:
        reasons = "; ".join(str(run) for run in left_out)
        raise RunError(f"no complete run to compare{': ' if reasons else ''}{reasons}")
    experiments = _group(complete)
    reference = _find_baseline(experiments, baseline) if baseline is not None else None
    return Comparison(
        tuple(_measure(result, reference) for result in experiments),
        reference.name if reference else None,
        tuple(left_out),
        describe_differences(experiments),
    )


def _examine(record: RunRecord) -> CompleteRun | LeftOut:
    path, status = record.directory.path, record.status
    if record.state == "running":
        return LeftOut(path, f"is still running: epoch {status.epochs_done} of {status.epochs}")
    if record.state == "interrupted":
        return LeftOut(path, f"was interrupted after epoch {status.epochs_done} of {status.epochs}")
    if record.state == "failed":
        return LeftOut(path, f"failed: {status.message}" if status.message else "failed")
    if record.summary is None:
        return LeftOut(path, f"has lost its {record.directory.summary.name}")
    if record.history is None or not record.history.rows:
        return LeftOut(path, f"has lost its {record.directory.history.name}")
    return CompleteRun(path, status.seed, status.epochs, record.history, record.summary)


def _experiment_of(record: RunRecord) -> tuple[Path, str, str]:
    """What makes runs one experiment: their folder, their experiment's name and its identity."""
    return record.directory.path.resolve().parent, record.status.experiment, record.status.identity


def _find_twin(
    run: CompleteRun, record: RunRecord, others: Sequence[tuple[RunRecord, CompleteRun]]
) -> CompleteRun | None:
    for other, twin in others:
        if twin.seed == run.seed and _experiment_of(other) == _experiment_of(record):
            return twin
    return None


def _group(runs: Sequence[tuple[RunRecord, CompleteRun]]) -> list[ExperimentResult]:
    groups: dict[tuple[Path, str, str], list[tuple[RunRecord, CompleteRun]]] = {}
    for record, run in runs:
        groups.setdefault(_experiment_of(record), []).append((record, run))
    identities = Counter((folder, name) for folder, name, _ in groups)
    names = distinguish_names(
        # Two experiments of one name in one folder are told apart by what they are.
        [name if identities[folder, name] == 1 else f"{name}-{of[:6]}" for folder, name, of in groups],
        [folder for folder, _, _ in groups],
    )
    titles = distinguish_titles([group[0][0].status.title for group in groups.values()], names)
    return [
        ExperimentResult(name, title, tuple(sorted((run for _, run in group), key=lambda run: run.seed)))
        for name, title, group in zip(names, titles, groups.values(), strict=True)
    ]


def _find_baseline(results: Sequence[ExperimentResult], wanted: str) -> ExperimentResult:
    for result in results:
        if wanted in (result.name, result.title):
            return result
    same = [result for result in results if result.summary.experiment == wanted]
    known = [result.name for result in same or results]
    nearest = get_close_matches(wanted, known, n=1, cutoff=0.5)
    hint = f"; did you mean {nearest[0]}?" if nearest and not same else ""
    raise RunError(f"baseline: expected one of {', '.join(known)}, got {wanted}{hint}")


def _measure(result: ExperimentResult, reference: ExperimentResult | None) -> ExperimentResult:
    if reference is None or result is reference or not share_data(result, reference):
        return result
    difference = subtract_paired(_accuracy_by_seed(result), _accuracy_by_seed(reference))
    return replace(result, difference=difference)


def _accuracy_by_seed(result: ExperimentResult) -> dict[int, float]:
    return {run.seed: run.summary.final_val_accuracy for run in result.runs}

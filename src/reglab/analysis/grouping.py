"""Complete runs, grouped into experiments."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reglab.analysis.comparability import read_settings
from reglab.analysis.experiment import CompleteRun, ExperimentResult
from reglab.analysis.labels import distinguish_names, distinguish_titles
from reglab.errors import RunError
from reglab.runs.environment import Environment, read_environment
from reglab.runs.finding import RunRecord
from reglab.runs.layout import run_path


@dataclass(frozen=True)
class SkippedRun:
    """A run that is not part of a comparison.

    Attributes:
        path: its directory.
        reason: why it is skipped; completes a sentence that starts with the path.
    """

    path: Path
    reason: str

    def __str__(self) -> str:
        return f"{self.path} {self.reason}"


def group_runs(
    records: Sequence[RunRecord],
) -> tuple[tuple[ExperimentResult, ...], tuple[SkippedRun, ...]]:
    """Groups complete runs by experiment.

    Runs with the same folder, name and identity belong to one experiment. If experiments in two folders have
    the same name, the folder is added to their names. A copy of a run in a folder with another name is
    skipped.

    Args:
        records: from `find_runs`.

    Returns:
        The experiments in the order of their first runs, and the runs that are not part of one.

    Raises:
        RunError: no run is complete.
    """
    groups: dict[_Key, list[CompleteRun]] = {_identify(record): [] for record in records}
    originals: dict[tuple[str, str, int], Path] = {}
    skipped: list[SkippedRun] = []
    # The runs that are where they were trained come first, so that it is their copies that are skipped.
    for record in sorted(records, key=lambda record: not _is_in_its_place(record)):
        others = groups[_identify(record)]
        status = record.status
        mark = (status.experiment, status.identity, status.seed)
        twin = next((run.path for run in others if run.seed == status.seed), None)
        if twin is None and not _is_in_its_place(record):
            twin = originals.get(mark)
        run = _read(record, others, twin)
        if isinstance(run, SkippedRun):
            skipped.append(run)
            continue
        others.append(run)
        if _is_in_its_place(record):
            originals.setdefault(mark, run.path)
    groups = {key: _share_settings(runs) for key, runs in groups.items() if runs}
    if not groups:
        reasons = "; ".join(map(str, skipped))
        raise RunError(f"no complete run to compare{': ' if reasons else ''}{reasons}")
    return _build(groups), tuple(skipped)


_Key = tuple[Path, str, str]
"""Folder, name and identity, which are equal for all runs of one experiment."""


def _identify(record: RunRecord) -> _Key:
    return record.directory.path.resolve().parent, record.status.experiment, record.status.identity


def _is_in_its_place(record: RunRecord) -> bool:
    """Whether the folders of a run have the names that they were created with."""
    path, status = record.directory.path.resolve(), record.status
    return path.parts[-2:] == run_path(Path(), status.experiment, status.seed).parts


def _read(record: RunRecord, others: Sequence[CompleteRun], twin: Path | None) -> CompleteRun | SkippedRun:
    """Builds a complete run, or skips it.

    Args:
        record: what was read from the disk.
        others: the earlier runs of the same experiment.
        twin: a run of which this one is a copy, or None.
    """
    directory, status, history, summary = record.directory, record.status, record.history, record.summary
    if record.state == "running":
        reason = f"is still running: epoch {status.epochs_done} of {status.epochs}"
    elif record.state == "interrupted":
        reason = f"was interrupted after epoch {status.epochs_done} of {status.epochs}"
    elif record.state == "failed":
        reason = f"failed: {status.message}" if status.message else "failed"
    elif summary is None:
        reason = f"has no {directory.summary.name}"
    elif history is None or not history.rows:
        reason = f"has no {directory.history.name}"
    elif twin:
        reason = f"has the same experiment and seed as {twin}"
    else:
        # All seeds of an experiment have the same identity, so their settings are equal and one file is read.
        known = _find_settings(others)
        settings = read_settings(directory.experiment) if known is None else known
        environment = _read_environment(directory.environment)
        return CompleteRun(directory.path, status.seed, history, summary, settings, environment)
    return SkippedRun(directory.path, reason)


def _find_settings(runs: Sequence[CompleteRun]) -> Mapping[str, str] | None:
    return next((run.settings for run in runs if run.settings is not None), None)


def _share_settings(runs: Sequence[CompleteRun]) -> list[CompleteRun]:
    """Gives the settings of an experiment to its runs whose file is missing."""
    known = _find_settings(runs)
    return [replace(run, settings=known) if run.settings is None else run for run in runs]


def _read_environment(path: Path) -> Environment | None:
    try:
        return read_environment(path)
    except RunError:
        return None


def _build(groups: Mapping[_Key, Sequence[CompleteRun]]) -> tuple[ExperimentResult, ...]:
    same = Counter((folder, name) for folder, name, _ in groups)
    names = distinguish_names(
        # Two experiments with the same name in the same folder differ in their identities.
        [name if same[folder, name] == 1 else f"{name}-{identity[:6]}" for folder, name, identity in groups],
        [folder for folder, _, _ in groups],
    )
    titles = distinguish_titles([runs[0].summary.title for runs in groups.values()], names)
    return tuple(
        ExperimentResult(name, title, tuple(sorted(runs, key=lambda run: run.seed)))
        for name, title, runs in zip(names, titles, groups.values(), strict=True)
    )

"""The plan of a study: each of its runs, and what is there of it already."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from reglab.errors import RunError
from reglab.experiment import Experiment
from reglab.processes.outline import NetworkSize, Outline
from reglab.runs.environment import read_environment
from reglab.runs.finding import find_runs
from reglab.runs.integrity import check_results
from reglab.runs.layout import RunDirectory, run_path
from reglab.runs.opening import OpenedRun, inspect_run
from reglab.study.resources import Resources
from reglab.training.record.completeness import is_complete

State = Literal["new", "interrupted", "failed", "complete", "changed"]
_STATES: dict[str, State] = {
    "new": "new",
    "resumable": "interrupted",
    "failed": "failed",
    "complete": "complete",
    "foreign": "changed",
}


@dataclass(frozen=True)
class PlannedRun:
    """One run of a plan.

    Attributes:
        experiment: with its seed.
        directory: of the run.
        state: what is there; `changed` if it is a run of another experiment of the same name.
        reason: why it cannot be trained there, for `changed`; otherwise empty.
        size: of its network.
        threads: of its training on the CPU.
    """

    experiment: Experiment
    directory: RunDirectory
    state: State
    reason: str
    size: NetworkSize
    threads: int


@dataclass(frozen=True)
class Plan:
    """The runs of a study, in the order in which they are trained.

    Attributes:
        runs: at least one.
        resources: of this machine.
        added: names of experiments without a run, if others have some.
    """

    runs: tuple[PlannedRun, ...]
    resources: Resources
    added: tuple[str, ...]

    @property
    def waiting(self) -> tuple[PlannedRun, ...]:
        """The runs that are not complete."""
        return tuple(run for run in self.runs if run.state != "complete")


def build_plan(
    runs: Sequence[Experiment],
    results: Path,
    outline: Outline,
    resources: Resources,
    data_directory: Path | None = None,
) -> Plan:
    """Finds what is there of each run.

    Args:
        runs: experiments with their seeds.
        results: folder of the runs.
        outline: of the experiments, each once, in the order in which they are first in `runs`.
        resources: of this machine.
        data_directory: value of `--data-dir`.

    Raises:
        RunError: the files of a complete run are damaged, or a status cannot be read.
        DataError: the data directory does not exist, or its data set is damaged.
    """
    names = list(dict.fromkeys(experiment.name for experiment in runs))
    sizes = dict(zip(names, outline.sizes, strict=True))
    checked: set[str] = set()
    planned = []
    for experiment in runs:
        directory = RunDirectory(run_path(results, experiment.name, experiment.training.seed))
        opened = inspect_run(directory, experiment)
        if opened.state == "complete" and opened.status is not None:
            data = experiment.data.model_dump_json()
            # The images are compared once for each data section, since that reads all of them.
            if data in checked:
                check_results(directory, opened.status)
            else:
                is_complete(directory, experiment, data_directory)
                checked.add(data)
        size = sizes[experiment.name]
        threads = _find_threads(opened) or resources.choose_threads(size.multiply_adds)
        state = _STATES[opened.state]
        planned.append(PlannedRun(experiment, directory, state, opened.reason, size, threads))
    return Plan(tuple(planned), resources, _find_added(planned))


def find_foreign(plan: Plan, results: Path) -> tuple[Path, ...]:
    """The runs in the folder of a study that are not in its plan.

    Args:
        plan: of the study.
        results: folder of its runs, which need not exist.
    """
    if not results.is_dir():
        return ()
    known = {run.directory.path.resolve() for run in plan.runs}
    found = (record.directory.path for record in find_runs([results]).runs)
    return tuple(path for path in found if path.resolve() not in known)


def _find_threads(opened: OpenedRun) -> int | None:
    """The threads with which a run was started, which it keeps; None if it is not resumed."""
    if opened.state != "resumable":
        return None
    try:
        return read_environment(opened.directory.environment).threads
    except RunError:
        return None


def _find_added(planned: Sequence[PlannedRun]) -> tuple[str, ...]:
    started = {run.experiment.name for run in planned if run.state != "new"}
    names = dict.fromkeys(run.experiment.name for run in planned)
    return tuple(name for name in names if name not in started) if started else ()

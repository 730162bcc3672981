"""Labels of runs."""

from collections.abc import Sequence

from reglab.analysis.labels import distinguish_names
from reglab.runs.finding import RunRecord


def label_runs(names: Sequence[str], runs: Sequence[RunRecord]) -> tuple[str, ...]:
    """A unique label for each run, such as `mp, seed 0`; runs with the same one get the end of their folder.

    Args:
        names: of the experiment of each run.
        runs: each in a folder of its own.
    """
    labels = [f"{name}, seed {run.status.seed}" for name, run in zip(names, runs, strict=True)]
    return distinguish_names(labels, [run.directory.path for run in runs])

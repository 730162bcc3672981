"""The complete runs of one experiment, and their metrics over seeds."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reglab.analysis.curve import Curve, average_histories
from reglab.analysis.metrics import PARAMETERS, Metric
from reglab.analysis.spread import Spread
from reglab.analysis.statistics.verdict import Verdict
from reglab.runs.environment import Environment
from reglab.runs.history import History
from reglab.runs.summary import Summary


@dataclass(frozen=True)
class CompleteRun:
    """A complete run, with all files that a comparison reads.

    Attributes:
        path: the directory.
        seed: the seed.
        history: the epochs, at least one.
        summary: the results.
        settings: the resolved experiment, key by key, without its regularizers; None if it cannot be read.
        environment: versions and machine; None if they cannot be read.
    """

    path: Path
    seed: int
    history: History
    summary: Summary
    settings: Mapping[str, str] | None
    environment: Environment | None


@dataclass(frozen=True)
class ExperimentResult:
    """One experiment of a comparison.

    Attributes:
        name: the name in commands; unique in the comparison.
        title: the title in figures and tables; unique in the comparison.
        runs: sorted by seed, at least one.
        verdict: on the final validation accuracy minus that of the baseline, a fraction, paired by seed;
            None without a baseline, for the baseline itself, without a shared seed, and if the data differ.
    """

    name: str
    title: str
    runs: tuple[CompleteRun, ...]
    verdict: Verdict | None = None

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds in ascending order."""
        return tuple(run.seed for run in self.runs)

    @property
    def summary(self) -> Summary:
        """The summary of the first run, for values that do not depend on the seed."""
        return self.runs[0].summary

    @property
    def parameters(self) -> str:
        """Number of parameters of the network, as text."""
        return PARAMETERS.format(self.summary.parameters)

    @property
    def epochs_trained(self) -> tuple[int, ...]:
        """Number of epochs of each run, which can differ after early stopping."""
        return tuple(len(run.history.rows) for run in self.runs)

    def final(self, metric: Metric) -> Spread | None:
        """A metric of the kept weights over the seeds.

        The kept weights are those of the last epoch, except after early stopping.

        Args:
            metric: a metric with the attribute `final`.

        Returns:
            One value for each seed; None if a seed has no value.
        """
        values = [metric.read(run.summary) for run in self.runs]
        known = [float(value) for value in values if value is not None]
        return Spread(tuple(known)) if len(known) == len(values) else None

    def curve(self, metric: Metric) -> Curve:
        """A metric of every epoch over the seeds; it must have the attribute `column`."""
        return average_histories([run.history for run in self.runs], str(metric.column))

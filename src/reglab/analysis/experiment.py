"""The complete runs of one experiment, their metrics over seeds, and how they compare with a baseline."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reglab.analysis.curve import Curve, average_histories
from reglab.analysis.image_sample import ImageComparison
from reglab.analysis.metrics import PARAMETERS, Metric
from reglab.analysis.spread import Spread
from reglab.analysis.statistics.cost import Cost
from reglab.analysis.statistics.verdict import Verdict
from reglab.analysis.value import Value, read_value
from reglab.differences import KeyDifference
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
        verdict: on the validation accuracy minus that of the baseline, a fraction, paired by seed; None
            without a baseline, for the baseline itself, without a shared seed, and if the data differ.
        images: what the saved predictions show about the same difference; None without a verdict, if
            accuracies other than the final ones are compared, and if they cannot be read.
        cost: training time against the baseline; None without a verdict, and if the machines differ.
        differs_in: what differs from the baseline beyond the regularizers, the value of the baseline first.
    """

    name: str
    title: str
    runs: tuple[CompleteRun, ...]
    verdict: Verdict | None = None
    images: ImageComparison | None = None
    cost: Cost | None = None
    differs_in: tuple[KeyDifference, ...] = ()

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
        """A metric of the kept weights over the seeds, as `over_seeds`."""
        return self.over_seeds(metric, "final")

    def over_seeds(self, metric: Metric, value: Value) -> Spread | None:
        """A metric over the seeds.

        Args:
            metric: the metric.
            value: which epochs.

        Returns:
            One value for each seed; None if a seed has no value.
        """
        values = [read_value(metric, value, run.history, run.summary) for run in self.runs]
        known = [float(value) for value in values if value is not None]
        return Spread(tuple(known)) if len(known) == len(values) else None

    def by_seed(self, metric: Metric, value: Value) -> Mapping[int, float]:
        """The values of `over_seeds` by seed; empty if a seed has no value."""
        spread = self.over_seeds(metric, value)
        return dict(zip(self.seeds, spread.values, strict=True)) if spread else {}

    def curve(self, metric: Metric) -> Curve:
        """A metric of every epoch over the seeds; it must have the attribute `column`."""
        return average_histories([run.history for run in self.runs], str(metric.column))

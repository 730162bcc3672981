"""What the complete runs of one experiment give together."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reglab.analysis.curve import Curve, average_histories
from reglab.analysis.metrics import PARAMETERS, Metric
from reglab.analysis.spread import Difference, Spread
from reglab.runs.environment import Environment
from reglab.runs.history import History
from reglab.runs.summary import Summary


@dataclass(frozen=True)
class CompleteRun:
    """A run with everything that a comparison needs.

    Attributes:
        path: its directory.
        seed: its seed.
        history: its epochs, at least one.
        summary: its results.
        settings: the resolved experiment, key by key, without its regularizers; None where it cannot be
            read.
        environment: what it was computed with; None where it cannot be read.
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
        name: used by commands; unique in the comparison.
        title: used by figures and tables; unique in the comparison.
        runs: by seed, at least one.
        difference: of the final validation accuracy to the baseline's, a fraction; None without a
            baseline, for the baseline itself, and where the two may not be compared.
    """

    name: str
    title: str
    runs: tuple[CompleteRun, ...]
    difference: Difference | None = None

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds, ascending."""
        return tuple(run.seed for run in self.runs)

    @property
    def summary(self) -> Summary:
        """The first run's summary, for what does not depend on the seed."""
        return self.runs[0].summary

    @property
    def parameters(self) -> str:
        """Number of parameters of the network, as text."""
        return PARAMETERS.format(self.summary.parameters)

    @property
    def epochs_trained(self) -> tuple[int, ...]:
        """Epochs of each run; early stopping makes them differ."""
        return tuple(len(run.history.rows) for run in self.runs)

    def final(self, metric: Metric) -> Spread | None:
        """A figure of the kept weights over the seeds.

        The kept weights are those of the last epoch, except after early stopping.

        Args:
            metric: a figure that runs have.

        Returns:
            One value for each seed; None unless every seed has it.
        """
        values = [metric.read(run.summary) for run in self.runs]
        known = [float(value) for value in values if value is not None]
        return Spread(tuple(known)) if len(known) == len(values) else None

    def curve(self, metric: Metric) -> Curve:
        """A figure of every epoch over the seeds; the metric has a column."""
        return average_histories([run.history for run in self.runs], str(metric.column))

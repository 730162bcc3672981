"""What the complete runs of one experiment say together."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reglab.analysis.curve import Curve, average_histories
from reglab.analysis.spread import Difference, Spread
from reglab.runs.history import History
from reglab.runs.summary import Summary


@dataclass(frozen=True)
class CompleteRun:
    """A run with everything that a comparison needs.

    Attributes:
        path: its directory.
        seed: its seed.
        epochs: that its experiment asks for.
        history: its epochs, at least one.
        summary: what came of it.
    """

    path: Path
    seed: int
    epochs: int
    history: History
    summary: Summary


@dataclass(frozen=True)
class ExperimentResult:
    """One experiment of a comparison.

    Its final figures are of the weights that were kept: the last epoch's, but for early stopping.

    Attributes:
        name: what commands call it; no other in the comparison has it.
        title: what figures and tables call it; no other in the comparison has it.
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
        """The first run's: what does not depend on the seed."""
        return self.runs[0].summary

    @property
    def parameters(self) -> int:
        """Of the network."""
        return self.summary.parameters

    @property
    def regularizers(self) -> tuple[str, ...]:
        """Names of the active regularizers."""
        return self.summary.regularizers

    @property
    def epochs_trained(self) -> tuple[int, ...]:
        """Epochs of each run; early stopping makes them differ."""
        return tuple(len(run.history.rows) for run in self.runs)

    @property
    def final_val_accuracy(self) -> Spread:
        """Validation accuracy, a fraction."""
        return self._spread(lambda summary: summary.final_val_accuracy)

    @property
    def best_val_accuracy(self) -> Spread:
        """Best validation accuracy of all epochs, a fraction; optimistic, for it was chosen."""
        return self._spread(lambda summary: summary.best_val_accuracy)

    @property
    def best_epoch(self) -> Spread:
        """Epoch of the best validation accuracy."""
        return self._spread(lambda summary: summary.best_epoch)

    @property
    def final_val_cross_entropy(self) -> Spread:
        """Validation cross-entropy, nats."""
        return self._spread(lambda summary: summary.final_val_cross_entropy)

    @property
    def final_clean_accuracy(self) -> Spread:
        """Accuracy on training images in inference mode, a fraction."""
        return self._spread(lambda summary: summary.final_clean_accuracy)

    @property
    def final_train_accuracy(self) -> Spread:
        """Running mean as trained, a fraction."""
        return self._spread(lambda summary: summary.final_train_accuracy)

    @property
    def gap_accuracy(self) -> Spread:
        """Clean − validation accuracy, a fraction."""
        return self._spread(lambda summary: summary.gap_accuracy)

    @property
    def gap_cross_entropy(self) -> Spread:
        """Validation − clean cross-entropy, nats."""
        return self._spread(lambda summary: summary.gap_cross_entropy)

    @property
    def seconds(self) -> Spread:
        """Wall-clock time of the training."""
        return self._spread(lambda summary: summary.seconds)

    @property
    def test_accuracy(self) -> Spread | None:
        """On the test set, a fraction; None where that was the validation set."""
        values = [run.summary.test_accuracy for run in self.runs]
        known = [value for value in values if value is not None]
        return Spread(tuple(known)) if len(known) == len(values) else None

    def curve(self, column: str) -> Curve:
        """One column of the history over the seeds; `column` is a field of `Epoch`."""
        return average_histories([run.history for run in self.runs], column)

    def _spread(self, number: Callable[[Summary], float]) -> Spread:
        return Spread(tuple(float(number(run.summary)) for run in self.runs))

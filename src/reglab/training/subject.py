"""What a run trains, and on what."""

from dataclasses import dataclass

from reglab.data.dataset import Dataset
from reglab.data.split import Split
from reglab.regularizers.table import Experiment


@dataclass(frozen=True)
class Subject:
    """An experiment with its images."""

    experiment: Experiment
    dataset: Dataset
    split: Split

    @property
    def validation(self) -> str:
        """Which images validation is, in words."""
        fraction = self.experiment.data.validation
        return "test set" if isinstance(fraction, str) else f"held-out {fraction:.3g} of train"

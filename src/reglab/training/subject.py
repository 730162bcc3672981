"""An experiment and its images."""

from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from reglab.data.dataset import Dataset
from reglab.data.loading import load_dataset
from reglab.data.split import Split, split_dataset
from reglab.experiment import Experiment


@dataclass(frozen=True)
class Subject:
    """What is trained: an experiment, its data set and the split."""

    experiment: Experiment
    dataset: Dataset
    split: Split

    @property
    def validation(self) -> str:
        """Which images are the validation images, in words."""
        fraction = self.experiment.data.validation
        if not isinstance(fraction, str):
            return f"held-out {100 * fraction:.3g} % of train"
        used = len(self.split.validation)
        if fraction == "val":
            return "images of val/" if used == self.dataset.val_count else f"{used:,} images of val/"
        return "test set" if used == len(self.dataset.test_labels) else f"{used:,} images of the test set"

    @property
    def title(self) -> str:
        """Title of the run in messages and figures."""
        return f"{self.experiment.label}, seed {self.experiment.training.seed}"

    def with_experiment(self, experiment: Experiment) -> "Subject":
        """The same images for another experiment."""
        return replace(self, experiment=experiment)

    @classmethod
    def load(cls, experiment: Experiment, data_directory: Path | None = None) -> "Subject":
        """Loads the images of an experiment and splits them.

        Args:
            experiment: what is trained.
            data_directory: see `load_dataset`.

        Raises:
            DataError: the data set was not found, is damaged, or has too few images for the split.
        """
        return cls.of(experiment, load_dataset(experiment.data, data_directory))

    @classmethod
    def of(cls, experiment: Experiment, dataset: Dataset) -> "Subject":
        """Splits a loaded data set; raises DataError if it has too few images."""
        return cls(experiment, dataset, split_dataset(dataset, experiment.data, experiment.training.seed))

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the images, their labels and their split: 16 hexadecimal digits."""
        digest = blake2b(digest_size=8)
        split = self.split
        for array in (split.images, split.labels, split.train, split.validation, split.test, split.clean):
            digest.update(array.data)
        return digest.hexdigest()

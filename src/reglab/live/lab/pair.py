"""The experiments of two networks that are trained on the same batches."""

from typing import Any

from reglab.experiment import Experiment

SHARED = ("training.seed", "training.batch_size", "training.epochs")
"""Keys that both experiments have alike, beside those of `data`: what is in a batch depends on them."""


def align(experiment: Experiment, other: Experiment) -> Experiment:
    """An experiment with the images, the seed, the batch size and the epochs of another one.

    Raises:
        ExperimentError: it cannot have them; a regularizer may not fit the images.
    """
    values = experiment.model_dump(mode="json", exclude_none=True)
    wanted = other.model_dump(mode="json", exclude_none=True)
    values["data"] = wanted["data"]
    for key in SHARED:
        section, name = key.split(".")
        values[section][name] = wanted[section][name]
    return Experiment.from_mapping(values)


def without_regularizers(experiment: Experiment) -> Experiment:
    """The same network and optimizer without any regularizer."""
    changes: dict[str, Any] = {f"regularizers.{name}": None for name in experiment.regularizers.names}
    return experiment.with_changes({**changes, "title": "No regularizers", "name": "no_regularizers"})

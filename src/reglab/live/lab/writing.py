"""The text of an experiment, as in a file."""

from reglab.experiment import Experiment


def write_yaml(experiment: Experiment) -> str:
    """An experiment as the text of a file: the keys that differ from their defaults."""
    import yaml

    values = experiment.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    training = values.get("training", {})
    for part in ("optimizer", "schedule"):
        if part in training:
            # The name is a default of each kind of optimizer and schedule, but not that of an experiment.
            training[part] = {"name": getattr(experiment.training, part).name, **training[part]}
    regularizers = experiment.regularizers.model_dump(mode="json", exclude_none=True)
    if regularizers:
        values["regularizers"] = regularizers
    text: str = yaml.safe_dump(
        values, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None
    )
    return text

"""The keys that differ between two experiments."""

from reglab.differences import list_differences
from reglab.experiment import Experiment


def test_differences() -> None:
    """Values, keys that only one has, and regularizers without parameters; equal keys are omitted."""
    first = Experiment.from_mapping({"name": "a", "regularizers": {"max_norm": {}}})
    second = first.with_changes(
        {"name": "b", "regularizers.max_norm": None, "training.epochs": 3, "training.optimizer.name": "sgd"}
    )
    lines = [str(each) for each in list_differences(first, second)]
    assert lines[0] == "name: a / b"
    assert "training.epochs: 40 / 3" in lines
    assert "training.optimizer.name: adamw / sgd" in lines
    assert any(line.startswith("regularizers.max_norm.") and line.endswith(" / not set") for line in lines)
    assert list_differences(first, first) == ()

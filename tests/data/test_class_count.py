"""How many classes a data set has."""

from pathlib import Path

import pytest

from reglab.config.data import Data
from reglab.data.class_count import count_classes


@pytest.mark.parametrize(("dataset", "classes"), [("cifar10", 10), ("cifar100", 100), ("mnist", 10)])
def test_known_data_sets(dataset: str, classes: int) -> None:
    """Nothing is looked for."""
    assert count_classes(Data.model_validate({"dataset": dataset})) == classes


def test_folders_are_counted(tmp_path: Path) -> None:
    """One class a folder in train; unknown where there is none."""
    for part in ("train", "test"):
        for name in ("cat", "dog", "owl"):
            (tmp_path / part / name).mkdir(parents=True)
    data = Data(dataset="folder")
    assert count_classes(data, tmp_path) == 3
    assert count_classes(data, tmp_path / "train") is None

"""The table of data sets."""

from importlib.util import find_spec
from pathlib import Path
from typing import get_args

import numpy as np

from reglab.config.data import DatasetName
from reglab.data.download import Remote
from reglab.data.source import Contents
from reglab.data.sources.table import SOURCES, find_source


def test_every_data_set_of_an_experiment_is_in_the_table() -> None:
    """The order is that of `DatasetName`."""
    assert tuple(source.name for source in SOURCES) == get_args(DatasetName)
    assert {name: len(find_source(name).classes) for name in get_args(DatasetName)} == {
        "cifar10": 10,
        "cifar100": 100,
        "mnist": 10,
        "fashion_mnist": 10,
        "folder": 0,
        "synthetic": 10,
    }


def test_titles_mention_copies_and_incomplete_sets() -> None:
    """Results on them are not comparable with results on the complete original."""

    def title(train: int, test: int, note: str) -> str:
        images, labels = np.zeros((train + test, 1, 1, 3), np.uint8), np.zeros(train + test, np.int32)
        return find_source("cifar10").build(Contents(images, labels, train, note), "here").title

    assert title(50_000, 10_000, "") == "CIFAR-10"
    assert title(50_000, 10_000, "JPEG copy") == "CIFAR-10 (JPEG copy)"
    assert title(50_000, 9_999, "") == "CIFAR-10 (only 50,000 + 9,999 images)"


def test_remotes_are_those_of_keras() -> None:
    """Names, addresses and hashes are in the source code of the installed Keras."""
    spec = find_spec("keras")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "src" / "datasets"
    remotes: list[tuple[Remote, str]] = [
        (remote, (folder / f"{source.name}.py").read_text())
        for source in SOURCES
        for remote in source.remotes
    ]
    assert len(remotes) == 7
    for remote, text in remotes:
        address, _, file_name = remote.origin.rpartition("/")
        assert remote.sha256 in text
        assert f'"{remote.name.removesuffix("_archive")}"' in text
        assert f"{address}/" in text
        assert file_name in text

"""Splits: what is in them, in which order, keyed by what, and what is refused."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from reglab.config.data import Data, Subset
from reglab.data.dataset import Dataset
from reglab.data.split import Split, split_dataset
from reglab.errors import DataError


def make_dataset(name: str = "cifar10", joined: bool = True) -> Dataset:
    """400 training and 100 test images; each image's pixels tell which one it is."""
    numbers = np.arange(500)
    images = np.zeros((500, 4, 4, 3), np.uint8)
    images[:, 0, 0, 0], images[:, 0, 0, 1] = numbers % 256, numbers // 256
    labels = (numbers % 10).astype(np.int32)
    test_images = images[400:] if joined else images[400:].copy()
    return Dataset(
        name=name,
        title="numbered",
        classes=tuple("abcdefghij"),
        train_images=images[:400],
        train_labels=labels[:400],
        test_images=test_images,
        test_labels=labels[400:],
        source="made",
    )


def numbers_of(split: Split, part: np.ndarray) -> np.ndarray:
    """Which images of the data set a part holds; those of the test set count from 400."""
    images = split.images[part]
    return images[:, 0, 0, 0].astype(int) + 256 * images[:, 0, 0, 1].astype(int)


CASES: dict[str, dict[str, Any]] = {
    "test": {"validation": "test"},
    "fraction": {"validation": 0.1},
    "test, subset": {"validation": "test", "subset": Subset(train=50, validation=30)},
    "test, fewer to train": {"validation": "test", "subset": Subset(train=50)},
    "fraction, subset": {"validation": 0.25, "subset": Subset(train=55, validation=33)},
    "fraction, fewer to validate": {"validation": 0.25, "subset": Subset(validation=33)},
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("joined", [True, False])
def test_every_split_holds_together(case: str, joined: bool) -> None:
    """Ranges one after the other, each image once, labels that fit, training and test kept apart."""
    split = split_dataset(make_dataset(joined=joined), Data(**CASES[case], clean=20), seed=1)
    parts = [split.train, split.validation, *([] if split.validation_is_test else [split.test])]
    assert all(part.dtype == np.int32 for part in (*parts, split.test, split.clean))
    np.testing.assert_array_equal(np.concatenate(parts), np.arange(len(split.images)))
    everything = numbers_of(split, np.arange(len(split.images)))
    assert len(set(everything)) == len(everything)
    np.testing.assert_array_equal(split.labels, everything % 10)
    assert split.labels.dtype == np.int32
    assert numbers_of(split, split.train).max() < 400
    assert numbers_of(split, split.test).min() >= 400
    assert (numbers_of(split, split.validation).min() >= 400) == split.validation_is_test
    assert np.all(np.diff(numbers_of(split, split.train)) > 0)


@pytest.mark.parametrize(
    ("case", "counts"),
    [
        ("test", (400, 100, 100)),
        ("fraction", (360, 40, 100)),
        ("test, subset", (50, 30, 30)),
        ("test, fewer to train", (50, 100, 100)),
        ("fraction, subset", (55, 33, 100)),
        ("fraction, fewer to validate", (300, 33, 100)),
    ],
)
def test_counts_are_exact_and_stratified(case: str, counts: tuple[int, int, int]) -> None:
    """Training, validation and test images, of each class within one of the others."""
    split = split_dataset(make_dataset(), Data(**CASES[case]), seed=1)
    parts = (split.train, split.validation, split.test)
    assert tuple(len(part) for part in parts) == counts
    for part in parts:
        shares = np.bincount(split.labels[part], minlength=10)
        assert shares.max() - shares.min() <= 1


def test_validation_on_the_test_set_shares_its_rows() -> None:
    """The same images serve both, also where there are fewer of them."""
    for case in ("test", "test, subset"):
        split = split_dataset(make_dataset(), Data(**CASES[case]), seed=1)
        assert split.validation_is_test
        np.testing.assert_array_equal(split.validation, split.test)


def test_the_whole_set_is_not_copied() -> None:
    """Training and test images that lie behind each other are used where they lie."""
    dataset = make_dataset()
    split = split_dataset(dataset, Data(), seed=1)
    assert np.shares_memory(split.images, dataset.train_images)
    assert np.shares_memory(split.images, dataset.test_images)
    np.testing.assert_array_equal(numbers_of(split, split.train), np.arange(400))
    np.testing.assert_array_equal(numbers_of(split, split.test), np.arange(400, 500))


def test_clean_images_are_training_images() -> None:
    """Stratified, the number that is asked for, or all where there are fewer."""
    split = split_dataset(make_dataset(), Data(clean=25), seed=1)
    assert len(set(split.clean)) == 25
    assert split.clean.max() < 400
    shares = np.bincount(split.labels[split.clean], minlength=10)
    assert shares.max() - shares.min() <= 1
    few = split_dataset(make_dataset(), Data(subset=Subset(train=30), clean=5000), seed=1)
    np.testing.assert_array_equal(few.clean, few.train)


def test_seed_and_name_decide() -> None:
    """The same ones split alike; another seed or another data set splits otherwise."""
    data = Data(validation=0.1, subset=Subset(train=100, validation=20), clean=10)

    def parts(name: str, seed: int) -> list[np.ndarray]:
        split = split_dataset(make_dataset(name), data, seed)
        return [numbers_of(split, part) for part in (split.train, split.validation, split.clean)]

    first = parts("cifar10", 1)
    for mine, same, other_seed, other_name in zip(
        first, parts("cifar10", 1), parts("cifar10", 2), parts("mnist", 1), strict=True
    ):
        np.testing.assert_array_equal(mine, same)
        assert not np.array_equal(mine, other_seed)
        assert not np.array_equal(mine, other_name)


def test_a_subset_does_not_change_what_is_held_out() -> None:
    """The smaller experiment validates on some of the larger one's validation images."""
    whole = split_dataset(make_dataset(), Data(validation=0.25), seed=3)
    fewer = split_dataset(make_dataset(), Data(**CASES["fraction, subset"]), seed=3)
    for part in ("train", "validation"):
        numbers = numbers_of(whole, getattr(whole, part))
        assert set(numbers_of(fewer, getattr(fewer, part))) < set(numbers)


def test_python_hashing_has_no_part_in_it() -> None:
    """Processes that hash text differently split alike."""
    code = (
        "import numpy as np; from reglab.data.stratify import choose_stratified;"
        "from reglab.data.split import _Keys;"
        "print(choose_stratified(np.zeros(50, np.int32), 9, _Keys('cifar10', 1).generator(0)))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {"subset": Subset(train=401)},
            "data.subset.train: expected at most 400, the images there are for training, got 401",
        ),
        (
            {"subset": Subset(validation=101)},
            "data.subset.validation: expected at most 100, the images there are for testing, got 101",
        ),
        (
            {"validation": 0.1, "subset": Subset(train=361)},
            "data.subset.train: expected at most 360, the images there are left for training, got 361",
        ),
        (
            {"validation": 0.1, "subset": Subset(validation=41)},
            "data.subset.validation: expected at most 40, the images there are held out for validation, "
            "got 41",
        ),
        (
            {"validation": 0.001},
            "data.validation: expected a fraction that leaves images on both sides, got 0.001, "
            "which is 0 of 400 training images",
        ),
        (
            {"validation": 0.9999},
            "data.validation: expected a fraction that leaves images on both sides, got 0.9999, "
            "which is 400 of 400 training images",
        ),
    ],
)
def test_more_than_there_is_is_refused(data: dict[str, Any], message: str) -> None:
    """How many there are is said."""
    with pytest.raises(DataError) as caught:
        split_dataset(make_dataset(), Data(**data), seed=0)
    assert str(caught.value) == message

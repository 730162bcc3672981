"""Splits are stratified and keyed by (seed, data set), and copy no image."""

from typing import Any

import numpy as np
import pytest

from reglab.config.data import Data, Subset
from reglab.data.dataset import Dataset
from reglab.data.split import Split, choose_stratified, distribute, split_dataset
from reglab.errors import DataError


def make_dataset(name: str = "cifar10", val: int = 0) -> Dataset:
    """400 training, 100 test and `val` other images with the labels 0 to 9 repeated."""
    labels = (np.arange(500 + val) % 10).astype(np.int32)
    images = np.zeros((500 + val, 2, 2, 3), np.uint8)
    return Dataset(name, "ten", tuple("abcdefghij"), images, labels, 400, "here", val)


def test_the_images_of_val() -> None:
    """They are used only if the experiment says so; the other parts do not depend on them."""
    dataset, plain = make_dataset("folder", val=30), make_dataset("folder")
    split = split_dataset(dataset, Data(dataset="folder", validation="val"), 0)
    np.testing.assert_array_equal(split.validation, range(500, 530))
    np.testing.assert_array_equal(split.train, range(400))
    np.testing.assert_array_equal(split.test, range(400, 500))
    assert not split.validation_is_test
    data = Data(dataset="folder", validation="val", subset=Subset(validation=10))
    chosen = split_dataset(dataset, data, 0).validation
    assert sorted(dataset.labels[chosen]) == list(range(10))
    for settings in CASES.values():
        parts = (parts_of(split_dataset(each, Data(**settings), 0)) for each in (dataset, plain))
        for one, other in zip(*parts, strict=True):
            np.testing.assert_array_equal(one, other)


def test_val_is_required() -> None:
    """The message names the folder."""
    with pytest.raises(DataError) as caught:
        split_dataset(make_dataset("folder"), Data(dataset="folder", validation="val"), 0)
    assert str(caught.value) == (
        "data.validation: expected a folder val/ beside train/ and test/ in here, found none"
    )


def parts_of(split: Split) -> tuple[np.ndarray, ...]:
    return split.train, split.validation, split.test, split.clean


CASES: dict[str, dict[str, Any]] = {
    "test": {},
    "fraction": {"validation": 0.1},
    "test, subset": {"subset": Subset(train=50, validation=30)},
    "test, smaller train": {"subset": Subset(train=50)},
    "fraction, subset": {"validation": 0.25, "subset": Subset(train=55, validation=33)},
    "fraction, smaller validation": {"validation": 0.25, "subset": Subset(validation=33)},
}


@pytest.mark.parametrize(
    ("case", "counts"),
    [
        ("test", (400, 100, 100, 20)),
        ("fraction", (360, 40, 100, 20)),
        ("test, subset", (50, 30, 30, 20)),
        ("test, smaller train", (50, 100, 100, 20)),
        ("fraction, subset", (55, 33, 100, 20)),
        ("fraction, smaller validation", (300, 33, 100, 20)),
    ],
)
def test_parts_are_disjoint_stratified_and_of_the_right_size(case: str, counts: tuple[int, ...]) -> None:
    """Ascending indices into the data set; training and test images are never mixed."""
    dataset = make_dataset()
    split = split_dataset(dataset, Data(**CASES[case], clean=20), seed=1)
    assert tuple(map(len, parts_of(split))) == counts
    for part in parts_of(split):
        assert part.dtype == np.int32
        assert np.all(np.diff(part) > 0)
        shares = np.bincount(dataset.labels[part], minlength=10)
        assert shares.max() - shares.min() <= 1
    assert split.train.max() < 400 <= split.test.min()
    assert set(split.clean) <= set(split.train)
    assert not set(split.validation) & set(split.train)
    assert split.validation_is_test == ("validation" not in CASES[case])
    if split.validation_is_test:
        np.testing.assert_array_equal(split.validation, split.test)
    else:
        assert split.validation.max() < 400


def test_all_splits_of_a_data_set_share_its_arrays() -> None:
    """Two sessions in one process have the images in memory once."""
    dataset = make_dataset()
    for case in CASES.values():
        split = split_dataset(dataset, Data(**case), seed=1)
        assert split.images is dataset.images
        assert split.labels is dataset.labels


def test_there_are_at_most_as_many_clean_images_as_training_images() -> None:
    """5,000 by default, or all training images if there are fewer."""
    split = split_dataset(make_dataset(), Data(subset=Subset(train=30)), seed=1)
    np.testing.assert_array_equal(split.clean, split.train)


def test_seed_and_data_set_are_the_key() -> None:
    """Equal keys give equal splits; another seed or data set gives another split."""
    data = Data(validation=0.1, subset=Subset(train=100, validation=20), clean=10)
    first, same, other_seed, other_name = (
        parts_of(split_dataset(make_dataset(name), data, seed))
        for name, seed in (("cifar10", 1), ("cifar10", 1), ("cifar10", 2), ("mnist", 1))
    )
    for index in (0, 1, 3):
        np.testing.assert_array_equal(first[index], same[index])
        assert not np.array_equal(first[index], other_seed[index])
        assert not np.array_equal(first[index], other_name[index])


def test_a_split_has_the_recorded_indices() -> None:
    """Other indices would change the results of every experiment."""
    split = split_dataset(make_dataset(), Data(**CASES["fraction, subset"], clean=5), seed=3)
    assert split.train[:8].tolist() == [16, 33, 34, 44, 46, 50, 56, 58]
    assert split.validation[:8].tolist() == [27, 32, 45, 51, 59, 61, 70, 72]
    assert split.clean.tolist() == [171, 232, 284, 323, 350]


def test_a_subset_does_not_change_the_held_out_images() -> None:
    """The parts of the smaller experiment are subsets of the parts of the larger one."""
    whole = split_dataset(make_dataset(), Data(validation=0.25), seed=3)
    fewer = split_dataset(make_dataset(), Data(**CASES["fraction, subset"]), seed=3)
    assert set(fewer.train) < set(whole.train)
    assert set(fewer.validation) < set(whole.validation)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {"subset": Subset(train=401)},
            "data.subset.train: expected at most 400, the number of training images, got 401",
        ),
        (
            {"subset": Subset(validation=101)},
            "data.subset.validation: expected at most 100, the number of test images, got 101",
        ),
        (
            {"validation": 0.1, "subset": Subset(train=361)},
            "data.subset.train: expected at most 360, the number of images left for training, got 361",
        ),
        (
            {"validation": 0.1, "subset": Subset(validation=41)},
            "data.subset.validation: expected at most 40, the number of held-out images, got 41",
        ),
        (
            {"validation": 0.001},
            "data.validation: expected a fraction that leaves images for training and for validation, "
            "got 0.001, which is 0 of 400 training images",
        ),
        (
            {"validation": 0.9999},
            "data.validation: expected a fraction that leaves images for training and for validation, "
            "got 0.9999, which is 400 of 400 training images",
        ),
    ],
)
def test_too_many_images_are_refused(data: dict[str, Any], message: str) -> None:
    """The message has the number of available images."""
    with pytest.raises(DataError) as caught:
        split_dataset(make_dataset(), Data(**data), seed=0)
    assert str(caught.value) == message


@pytest.mark.parametrize("count", range(0, 31))
def test_shares_are_exact_and_within_one_of_proportional(count: int) -> None:
    """The sum is the count, and each share differs by less than one from the exact proportion."""
    sizes = np.array([10, 0, 13, 1, 6])
    shares = distribute(count, sizes)
    assert shares.sum() == count
    assert np.all(shares <= sizes)
    assert np.all(np.abs(shares - count * sizes / 30) < 1)


def test_the_largest_remainders_get_the_rest() -> None:
    """5 of (5, 3, 2): exact shares are 2.5, 1.5 and 1; of equal remainders, the lower label is first."""
    np.testing.assert_array_equal(distribute(5, np.array([5, 3, 2])), [3, 1, 1])


def test_indices_are_equally_likely() -> None:
    """Over 400 keys, each of 20 indices is chosen with frequency 0.4 ± 4 standard deviations."""
    labels = np.arange(20, dtype=np.int32) % 4
    counts = np.zeros(20)
    for key in range(400):
        counts[choose_stratified(labels, 8, np.random.default_rng(key))] += 1
    assert np.abs(counts / 400 - 0.4).max() < 4 * np.sqrt(0.4 * 0.6 / 400)

"""The split of a data set into training, validation and test images."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reglab.config.data import Data
from reglab.data.dataset import Dataset, Images, Labels
from reglab.errors import DataError
from reglab.random_keys import SplitPurpose, split_generator

Indices = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Split:
    """The images of each part, as ascending indices into the data set.

    An index counts the data set's training images from 0 in their official order, then its test images, then
    those of val/ (see `Dataset`), so that it identifies an image without reglab. For the official files of
    CIFAR-10, index i < 50,000 is record i mod 10,000 of data_batch_k with k = ⌊i / 10,000⌋ + 1, and index
    i ≥ 50,000 is record i − 50,000 of test_batch. For `folder`, the files are sorted by part (train, test,
    val), then by class name, then by file name, each by code point.

    Attributes:
        train: (n,) int32.
        validation: (n,) int32.
        test: (n,) int32; equal to `validation` if the validation images are test images.
        clean: (n,) int32, the training images that are also measured in inference mode.
        images: (total, h, w, c) uint8, the data set's own array: all splits of a data set share it.
        labels: (total,) int32, the data set's own array.
        validation_is_test: whether the validation images are test images.
    """

    train: Indices
    validation: Indices
    test: Indices
    clean: Indices
    images: Images
    labels: Labels
    validation_is_test: bool


def split_dataset(dataset: Dataset, data: Data, seed: int) -> Split:
    """Splits a data set as an experiment requires; no image is copied.

    Every choice is stratified by class and keyed by (seed, data set, purpose). Experiments with equal
    seeds and equal `data` therefore use the same images, and a subset does not change which images are
    held out.

    Args:
        dataset: the images.
        data: the `data` section of the experiment.
        seed: the run's seed.

    Raises:
        DataError: a subset is larger than its part, a part would be empty, or there is no val/.
    """

    def choose(part: Indices, count: int, purpose: SplitPurpose) -> Indices:
        generator = split_generator(seed, dataset.name, purpose)
        return part[choose_stratified(dataset.labels[part], count, generator)]

    train = np.arange(dataset.train_count, dtype=np.int32)
    tested = len(dataset.labels) - dataset.val_count
    test = np.arange(dataset.train_count, tested, dtype=np.int32)
    validation, in_train, in_validation = test, "training images", "test images"
    if data.validation == "val":
        validation, in_validation = np.arange(tested, len(dataset.labels), dtype=np.int32), "images of val/"
        if not len(validation):
            raise DataError(
                f"data.validation: expected a folder val/ beside train/ and test/ in {dataset.source}, "
                "found none"
            )
    elif data.validation != "test":
        validation = choose(train, _count_held_out(len(train), data.validation), "held_out")
        train = np.delete(train, validation)
        in_train, in_validation = "images left for training", "held-out images"
    if data.subset and (count := data.subset.train):
        _check_count("train", count, len(train), in_train)
        train = choose(train, count, "train")
    if data.subset and (count := data.subset.validation):
        _check_count("validation", count, len(validation), in_validation)
        validation = choose(validation, count, "validation")
    return Split(
        train=train,
        validation=validation,
        test=validation if data.validation == "test" else test,
        clean=choose(train, min(data.clean, len(train)), "clean"),
        images=dataset.images,
        labels=dataset.labels,
        validation_is_test=data.validation == "test",
    )


def _check_count(key: str, count: int, available: int, images: str) -> None:
    if count > available:
        raise DataError(
            f"data.subset.{key}: expected at most {available}, the number of {images}, got {count}"
        )


def _count_held_out(total: int, fraction: float) -> int:
    count = int(fraction * total + 0.5)
    if not 0 < count < total:
        raise DataError(
            "data.validation: expected a fraction that leaves images for training and for validation, got "
            f"{fraction:g}, which is {count} of {total} training images"
        )
    return count


def choose_stratified(labels: Labels, count: int, generator: np.random.Generator) -> Indices:
    """Chooses `count` of n labels at random, the same fraction of every class.

    Args:
        labels: (n,) int32.
        count: at most n.
        generator: source of the choice; generators in equal states give equal choices.

    Returns:
        (count,) int32 indices into `labels`, ascending.
    """
    order = generator.permutation(len(labels))
    # Sorted by class, each class in random order.
    grouped = order[np.argsort(labels[order], kind="stable")]
    sizes = np.bincount(labels)
    starts = np.cumsum(sizes) - sizes
    shares = distribute(count, sizes)
    chosen = [grouped[start : start + share] for start, share in zip(starts, shares, strict=True)]
    return np.sort(np.concatenate(chosen)).astype(np.int32)


def distribute(count: int, sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Distributes `count` among classes in proportion to their sizes, by largest remainder.

    Class k gets ⌊count · sizes[k] / Σ sizes⌋. The classes with the largest remainders get one more each
    until the sum is `count`; of equal remainders, the lower label is first. Integer arithmetic is exact.

    Args:
        count: at most the sum of `sizes`.
        sizes: (classes,) number of images of each class.

    Returns:
        (classes,) int64 with the sum `count`, each at most its size.
    """
    shares, remainders = np.divmod(count * sizes, sizes.sum())
    rest = count - shares.sum()
    shares[np.argsort(-remainders, kind="stable")[:rest]] += 1
    return shares

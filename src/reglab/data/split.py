"""Which images are trained on, validated on and tested on."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from reglab.config.data import Data
from reglab.data.dataset import Dataset, Images, Labels
from reglab.data.stratify import Indices, choose_stratified
from reglab.errors import DataError

_HELD_OUT, _TRAIN, _VALIDATION, _CLEAN = range(4)


@dataclass(frozen=True, eq=False)
class Split:
    """The images in use, once, and which of them serve what.

    Attributes:
        train: (n,) int32, indices into `images`.
        validation: the same.
        test: the same; equal to `validation` where the test set validates.
        clean: those of `train` that are also measured in inference mode.
        images: (total, h, w, c) uint8: training, then validation, then test images.
        labels: (total,) int32.
        validation_is_test: whether the test set validates.
    """

    train: Indices
    validation: Indices
    test: Indices
    clean: Indices
    images: Images
    labels: Labels
    validation_is_test: bool


def split_dataset(dataset: Dataset, data: Data, seed: int) -> Split:
    """Splits a data set as an experiment asks.

    Every choice is stratified by class and keyed by (seed, data set, purpose), so that experiments
    which share a seed share their images, and a subset does not change what is held out.

    Args:
        dataset: the images; they are not copied where all are used in their own order and lie in one
            array, as the loaders of this package make them.
        data: what to validate on, how many images to keep.
        seed: of the run.

    Returns:
        The split; training images keep the data set's order.

    Raises:
        DataError: more images are asked for than there are, or a part would be empty.
    """
    keys = _Keys(dataset.name, seed)
    train = _Part(dataset.train_images, dataset.train_labels, "for training")
    test = _Part(dataset.test_images, dataset.test_labels, "for testing")
    validation = test
    if data.validation != "test":
        train, validation = _hold_out(train, data.validation, keys)
    if data.subset:
        train = train.keep("train", data.subset.train, keys.generator(_TRAIN))
        validation = validation.keep("validation", data.subset.validation, keys.generator(_VALIDATION))
    parts = (train, validation) if data.validation == "test" else (train, validation, test)
    whole = _as_one(dataset) if all(part.is_all for part in parts) and len(parts) == 2 else None
    labels = np.concatenate([part.labels[part.chosen] for part in parts])
    ends = np.cumsum([0, *(len(part.chosen) for part in parts)])
    ranges = [np.arange(start, end, dtype=np.int32) for start, end in pairwise(ends)]
    clean = min(data.clean, len(train.chosen))
    return Split(
        train=ranges[0],
        validation=ranges[1],
        test=ranges[-1],
        clean=choose_stratified(labels[ranges[0]], clean, keys.generator(_CLEAN)),
        images=_gather(parts) if whole is None else whole,
        labels=labels,
        validation_is_test=data.validation == "test",
    )


@dataclass(frozen=True)
class _Keys:
    """What every random choice is keyed by."""

    name: str
    seed: int

    def generator(self, purpose: int) -> np.random.Generator:
        name = int.from_bytes(hashlib.sha256(self.name.encode()).digest()[:8], "little")
        return np.random.default_rng([self.seed, name, purpose])


class _Part:
    """Some of the training or of the test images, and what they are for."""

    def __init__(self, images: Images, labels: Labels, use: str, chosen: Indices | None = None) -> None:
        self.images = images
        self.labels = labels
        self.use = use
        self.chosen = np.arange(len(labels), dtype=np.int32) if chosen is None else chosen

    @property
    def is_all(self) -> bool:
        return len(self.chosen) == len(self.labels)

    def only(self, chosen: Indices, use: str) -> "_Part":
        return _Part(self.images, self.labels, use, chosen)

    def keep(self, key: str, count: int | None, generator: np.random.Generator) -> "_Part":
        """The subset that the experiment asks for; all of the part where it asks for none."""
        if count is None:
            return self
        if count > len(self.chosen):
            raise DataError(
                f"data.subset.{key}: expected at most {len(self.chosen)}, the images there are {self.use}, "
                f"got {count}"
            )
        return self.only(self.chosen[choose_stratified(self.labels[self.chosen], count, generator)], self.use)


def _hold_out(train: _Part, fraction: float, keys: _Keys) -> tuple[_Part, _Part]:
    """What is left to train on, and what is held out."""
    total = len(train.chosen)
    count = int(fraction * total + 0.5)
    if not 0 < count < total:
        raise DataError(
            f"data.validation: expected a fraction that leaves images on both sides, got {fraction:g}, "
            f"which is {count} of {total} training images"
        )
    held_out = choose_stratified(train.labels, count, keys.generator(_HELD_OUT))
    left = np.delete(train.chosen, held_out)
    return train.only(left, "left for training"), train.only(held_out, "held out for validation")


def _gather(parts: Sequence[_Part]) -> Images:
    """The images of the parts, one after the other, in a new array."""
    total = sum(len(part.chosen) for part in parts)
    images = np.empty((total, *parts[0].images.shape[1:]), np.uint8)
    end = 0
    for part in parts:
        start, end = end, end + len(part.chosen)
        # With its default mode, `take` would fill a second array first and then copy it.
        np.take(part.images, part.chosen, axis=0, out=images[start:end], mode="clip")
    return images


def _as_one(dataset: Dataset) -> Images | None:
    """Training and test images as the one array that they are parts of; None where they are not."""
    train, test = dataset.train_images, dataset.test_images
    whole = train.base
    if not isinstance(whole, np.ndarray) or whole is not test.base or not whole.flags.c_contiguous:
        return None
    if whole.dtype != np.uint8 or whole.nbytes != train.nbytes + test.nbytes:
        return None
    first, middle, second = (array.__array_interface__["data"][0] for array in (whole, train, test))
    if middle != first or second != first + train.nbytes:
        return None
    return whole.reshape(-1, *train.shape[1:])

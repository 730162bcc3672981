"""Advice about the images of a run."""

from typing import Any

import numpy as np
import pytest

from reglab.config.data import Data
from reglab.data.advice import advise_on_split
from reglab.data.dataset import Dataset
from reglab.data.split import split_dataset
from reglab.errors import DataError

CLASSES = ("a", "b", "c", "d")


def make_dataset(train: int, test: int, copies: int = 0, val: int = 0) -> Dataset:
    """Noise; the first test images are copies of training images."""
    total = train + test + val
    images = np.random.default_rng(0).integers(0, 256, (total, 8, 8, 3), dtype=np.uint8)
    images[train : train + copies] = images[:copies]
    labels = (np.arange(total) % len(CLASSES)).astype(np.int32)
    return Dataset("folder", "noise", CLASSES, images, labels, train, "memory", val)


def advise(dataset: Dataset, **data: Any) -> list[str]:
    settings = Data(dataset="folder", image_size=8, **data)
    return list(advise_on_split(dataset, split_dataset(dataset, settings, 0)))


def test_enough_images_need_no_advice() -> None:
    """One copy among 100 images is not more than one percent."""
    assert advise(make_dataset(100, 100, copies=1)) == []


@pytest.mark.parametrize("validation", ["test", 0.5])
def test_val_that_is_not_used(validation: Any) -> None:
    """Its images are validation images only if the experiment says so."""
    dataset = make_dataset(100, 100, val=40)
    message = "the 40 images of val/ are not used: set data.validation to val"
    assert advise(dataset, validation=validation) == [message]
    assert advise(dataset, validation="val") == []


def test_copies_of_training_images() -> None:
    """They are counted in the validation images of the run."""
    assert advise(make_dataset(100, 100, copies=40)) == [
        "40 of 100 validation images are also training images, so the validation accuracy does not show how "
        "new images are classified: remove the copies"
    ]


def test_parts_of_few_images() -> None:
    """Too few to learn from, and too few to measure on."""
    assert advise(make_dataset(3, 1)) == [
        "there are 3 training images of 4 classes, so some classes cannot be learned: add images",
        "accuracies are measured on 1 validation image, so one image is 100 points: add images",
        "accuracies are measured on 3 clean images, so one image is 33.3 points: add images",
    ]
    assert advise(make_dataset(100, 100), clean=1) == [
        "accuracies are measured on 1 clean image, so one image is 100 points: add images"
    ]


def test_one_class_is_refused() -> None:
    """Every network would be right."""
    images, labels = np.zeros((2, 8, 8, 3), np.uint8), np.zeros(2, np.int32)
    with pytest.raises(DataError) as caught:
        Dataset("folder", "one", ("cat",), images, labels, 1, "memory")
    assert str(caught.value) == "memory: expected at least two classes, got cat"

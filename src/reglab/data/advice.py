"""What makes the numbers of a split hard to trust."""

from collections.abc import Iterator
from hashlib import blake2b

from reglab.data.dataset import Dataset
from reglab.data.split import Split

_FEW = 30
"""Images of a class, or of a part, below which one image changes an accuracy by more than three points."""
_OVERLAP = 0.01
"""Fraction of copies among the measured images; CIFAR-10 itself has a few."""


def advise_on_split(dataset: Dataset, split: Split) -> Iterator[str]:
    """Yields one sentence for each problem of the images; none of them prevents a training.

    Args:
        dataset: the images.
        split: the part of them that a run uses.
    """
    classes = len(dataset.classes)
    if len(split.train) < classes:
        yield (
            f"there are {len(split.train)} training images of {classes} classes, so some classes cannot be "
            "learned: add images"
        )
    for name, part in (("validation", split.validation), ("clean", split.clean)):
        if len(part) < _FEW:
            yield (
                f"accuracies are measured on {len(part)} {name} {'image' if len(part) == 1 else 'images'}, "
                f"so one image is {100 / len(part):.3g} points: add images"
            )
    if dataset.val_count and split.validation[-1] < len(dataset.labels) - dataset.val_count:
        yield f"the {dataset.val_count:,} images of val/ are not used: set data.validation to val"
    seen = {_digest(split, index) for index in split.train}
    copies = sum(_digest(split, index) in seen for index in split.validation)
    if copies > _OVERLAP * len(split.validation):
        yield (
            f"{copies:,} of {len(split.validation):,} validation images are also training images, so the "
            "validation accuracy does not show how new images are classified: remove the copies"
        )


def _digest(split: Split, index: int) -> bytes:
    return blake2b(split.images[index].tobytes(), digest_size=16).digest()

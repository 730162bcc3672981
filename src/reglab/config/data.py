"""The `data` section: which images, and which of them train, validate and test."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from reglab.config.base import Count, Frozen
from reglab.config.conflict import Conflict

DatasetName = Literal["cifar10", "cifar100", "mnist", "fashion_mnist", "folder", "synthetic"]


class Subset(Frozen):
    """How many images to keep, the same share of every class; left out: all."""

    train: Count | None = None
    """Training images."""
    validation: Count | None = None
    """Validation images."""


class Data(Frozen):
    """Which images, and which of them are trained on, validated on and tested on."""

    dataset: DatasetName = "cifar10"
    """Where the images come from."""
    validation: Literal["test"] | Annotated[float, Field(gt=0, lt=1)] = "test"
    """`test`: the test set, as the lecture does; a number: that fraction of train, held out."""
    subset: Subset | None = None
    """Fewer images, stratified by class."""
    clean: Count = 5000
    """Training images that are also measured in inference mode, each epoch."""
    image_size: Annotated[int, Field(ge=8, le=256)] | None = None
    """Side in pixels that the images of a `folder` are resized to; 32 where left out."""

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of one image."""
        if self.dataset in ("mnist", "fashion_mnist"):
            return (28, 28, 1)
        side = self.image_size or 32
        return (side, side, 3)

    def conflicts(self) -> Iterable[Conflict]:
        """Settings that have no effect on this data set."""
        if self.image_size is not None and self.dataset != "folder":
            message = (
                f"image_size has no effect on {self.dataset}, whose images have one size; remove image_size"
            )
            yield Conflict("image_size", message)

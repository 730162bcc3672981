"""The `data` section: which images are used for training, validation and test."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from reglab.config.base import Count, Frozen
from reglab.config.conflict import Conflict

DatasetName = Literal["cifar10", "cifar100", "mnist", "fashion_mnist", "folder", "synthetic"]


class Subset(Frozen):
    """Numbers of images to keep, stratified by class; all if omitted."""

    train: Count | None = None
    """Training images."""
    validation: Count | None = None
    """Validation images."""


class Data(Frozen):
    """The data set, and how it is divided into training, validation and test images."""

    dataset: DatasetName = "cifar10"
    """Name of the data set."""
    validation: Literal["test", "val"] | Annotated[float, Field(gt=0, lt=1)] = "test"
    """`test`: the test set, as in the lecture; `val`: val/ of a `folder`; a number: a fraction of train."""
    subset: Subset | None = None
    """Use fewer images, stratified by class."""
    clean: Count = 5000
    """Number of training images that are also measured in inference mode after each epoch."""
    image_size: Annotated[int, Field(ge=8, le=256)] | None = None
    """Side to which the images of a `folder` are resized, pixels; 32 if omitted."""

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of one image, pixels."""
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
        if self.validation == "val" and self.dataset != "folder":
            message = (
                f"only a folder of pictures has val/, not {self.dataset}; hold out a fraction, such as 0.1"
            )
            yield Conflict("validation", message)

"""Data augmentation: every training image is flipped and moved at random, anew in every epoch."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Position, Regularizer

FillMode = Literal["nearest", "reflect", "constant", "wrap"]
Shift = Annotated[float, Field(ge=0, le=1)]
_SURVEY = "Shorten and Khoshgoftaar, A Survey on Image Data Augmentation for Deep Learning, 2019"


class Augmentation(Regularizer):
    """Flips, zooms, shears, rotates and shifts each training image at random, about its centre.

    The pixel at p comes from c + F · Z⁻¹ · H⁻¹ · R⁻¹ · (p − c − t), where c is the centre of the image,
    F a flip, Z a zoom, H a shear, R a rotation and t a shift. All five are combined in one matrix, so each
    image is interpolated once, bilinearly. Each amount is drawn uniformly and independently for every image
    and step. Validation, test and clean training images are never augmented.

    The lecture shows two other forms. `ImageDataGenerator` shears after it shifts, scales by the cosine of
    the shear, and uses the inverse of our zoom factor, which is nearly the same for a symmetric range. With
    Keras's layers, each layer interpolates the image again, and one random draw decides both flips.

    Source: Simard, Steinkraus and Platt, "Best Practices for Convolutional Neural Networks Applied to
    Visual Document Analysis", 2003; Krizhevsky, Sutskever and Hinton, "ImageNet Classification with
    Deep Convolutional Neural Networks", 2012, section 4.1.
    """

    title: ClassVar[str] = "Data augmentation"

    rotation: Annotated[float, Field(ge=0, le=180)] = 15.0
    """Largest angle in either direction, degrees."""
    width_shift: Shift = 0.1
    """Largest shift in either direction, fraction of the width."""
    height_shift: Shift = 0.1
    """Largest shift in either direction, fraction of the height."""
    shear: Annotated[float, Field(ge=0, le=60)] = 0.0
    """Largest angle of vertical lines in either direction, degrees."""
    zoom: Annotated[float, Field(ge=0, le=0.9)] = 0.1
    """Width and height are multiplied by independent factors in [1 − zoom, 1 + zoom]."""
    horizontal_flip: bool = True
    """Swap left and right with probability ½."""
    vertical_flip: bool = False
    """Swap top and bottom with probability ½, independently."""
    fill_mode: FillMode = "nearest"
    """Pixels beyond the border: the border's pixel, the mirrored image, black, or the repeated image."""

    def on_input(self, position: Position) -> Sequence[Any]:
        """The layer that moves the images."""
        from reglab.regularizers.layers.augmentation import AugmentationLayer

        layer = AugmentationLayer(
            self, seed=position.key("augmentation"), name=f"{position.layer}_augmentation"
        )
        return (layer,)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """Moves that do not keep the class, such as flipped digits."""
        dataset = setup.data.dataset
        flips = [name for name in ("horizontal_flip", "vertical_flip") if getattr(self, name)]
        if dataset == "mnist" and flips:
            yield Advice(f"a flip changes the shape of a digit: set {' and '.join(flips)} to false", _SURVEY)
        if dataset == "mnist" and self.rotation > 20:
            yield Advice(
                f"rotation by up to {self.rotation:g} degrees may change the class of a digit, "
                "such as 6 and 9: use at most 20",
                _SURVEY,
            )
        if dataset in ("cifar10", "cifar100") and self.vertical_flip:
            yield Advice(
                "vertical_flip turns animals and vehicles upside down, which no validation image shows",
                _SURVEY,
            )

    def conflicts(self, setup: Setup) -> Iterable[Conflict]:
        """Ranges and flips that change nothing."""
        ranges = (self.rotation, self.width_shift, self.height_shift, self.shear, self.zoom)
        if not any((*ranges, self.horizontal_flip, self.vertical_flip)):
            yield Conflict(
                "",
                "augmentation has no effect while every range is 0 and both flips are false; "
                "set one of them or remove augmentation",
            )

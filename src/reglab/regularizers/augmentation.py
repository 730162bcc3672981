"""Data augmentation: every image is moved a little, anew in every batch."""

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
    F a flip, Z a zoom, H a shear, R a rotation and t a shift. All five are one matrix, so the image is
    interpolated (bilinearly) once. Each amount is drawn uniformly and independently for every image and
    step. Validation, test and clean training images are never augmented.

    The lecture shows two forms, and each differs: `ImageDataGenerator` shears after it shifts, shortens
    by the cosine of the shear, and its zoom factor shrinks where ours magnifies, which for a symmetric
    range is nearly the same; the Keras layers interpolate once each, and flip both ways with one coin.

    Source: Simard, Steinkraus and Platt, "Best Practices for Convolutional Neural Networks Applied to
    Visual Document Analysis", 2003; Krizhevsky, Sutskever and Hinton, "ImageNet Classification with
    Deep Convolutional Neural Networks", 2012, section 4.1.
    """

    title: ClassVar[str] = "Data augmentation"

    rotation: Annotated[float, Field(ge=0, le=180)] = 15.0
    """Degrees, at most this far either way."""
    width_shift: Shift = 0.1
    """Fraction of the width, at most this far either way."""
    height_shift: Shift = 0.1
    """Fraction of the height, at most this far either way."""
    shear: Annotated[float, Field(ge=0, le=60)] = 0.0
    """Degrees that vertical lines lean, at most this far either way."""
    zoom: Annotated[float, Field(ge=0, le=0.9)] = 0.1
    """Width and height are each, on their own, multiplied by a factor in [1 − zoom, 1 + zoom]."""
    horizontal_flip: bool = True
    """Swap left and right of every second image."""
    vertical_flip: bool = False
    """Swap top and bottom of every second image, by a coin of its own."""
    fill_mode: FillMode = "nearest"
    """Beyond the border: the border's pixel, the mirrored image, black, or the image again."""

    def on_input(self, position: Position) -> Sequence[Any]:
        """The layer that moves the images."""
        from reglab.regularizers.layers.augmentation import AugmentationLayer

        layer = AugmentationLayer(
            self, seed=position.key("augmentation"), name=f"{position.layer}_augmentation"
        )
        return (layer,)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """What must keep the class does not always: flipped digits, cars on their roofs."""
        dataset = setup.data.dataset
        flips = [name for name in ("horizontal_flip", "vertical_flip") if getattr(self, name)]
        if dataset == "mnist" and flips:
            yield Advice(
                f"{' and '.join(flips)} turn digits into other shapes, which do not keep their class", _SURVEY
            )
        if dataset == "mnist" and self.rotation > 20:
            yield Advice(
                f"rotation by up to {self.rotation:g} degrees is too much for digits, a 6 becomes a 9: "
                "stay within 20",
                _SURVEY,
            )
        if dataset in ("cifar10", "cifar100") and self.vertical_flip:
            yield Advice(
                "vertical_flip puts animals and vehicles on their backs, as no validation image shows them",
                _SURVEY,
            )

    def conflicts(self, setup: Setup) -> Iterable[Conflict]:
        """Moves that leave every image as it is."""
        ranges = (self.rotation, self.width_shift, self.height_shift, self.shear, self.zoom)
        if not any((*ranges, self.horizontal_flip, self.vertical_flip)):
            yield Conflict(
                "",
                "expected a range above 0 or a flip, got none, which changes nothing; "
                "take it away, as in augmentation: null",
            )

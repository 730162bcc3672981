"""Random erasing: a rectangle of the image is covered."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Position, Regularizer

Area = Annotated[float, Field(gt=0, le=1)]
Aspect = Annotated[float, Field(ge=0.05, le=20)]
_PAPER = "Zhong, Zheng, Kang, Li and Yang, Random Erasing Data Augmentation, 2020"


class RandomErasing(Regularizer):
    """Covers, with some probability, a random rectangle of each training image by grey or noise.

    Its area is S · height · width with S uniform in [min_area, max_area], its height over its width is
    r, uniform in [min_aspect, max_aspect], and its place is uniform: H = √(S · r) and W = √(S / r) of a
    square image, rounded to whole pixels. Nothing happens in inference.

    Source: Zhong, Zheng, Kang, Li and Yang, "Random Erasing Data Augmentation", 2020. The paper draws S
    and r again until the rectangle fits; here r is drawn from the part of its range with which S fits.
    """

    title: ClassVar[str] = "Random erasing"

    probability: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Of an image to be covered in part."""
    min_area: Area = 0.02
    """Smallest rectangle, fraction of the image's area."""
    max_area: Area = 0.4
    """Largest rectangle, fraction of the image's area."""
    min_aspect: Aspect = 0.3
    """Flattest rectangle, height over width."""
    max_aspect: Aspect = 3.33
    """Tallest rectangle, height over width."""
    fill: Literal["noise", "grey"] = "noise"
    """`noise`: uniform, for each pixel and channel; `grey`: the middle of the pixel range."""

    def on_input(self, position: Position) -> Sequence[Any]:
        """The layer that covers the rectangles."""
        from reglab.regularizers.layers.random_erasing import RandomErasingLayer

        layer = RandomErasingLayer(
            self, seed=position.key("random_erasing"), name=f"{position.layer}_random_erasing"
        )
        return (layer,)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """Rectangles that leave something to see."""
        if self.max_area > 0.4:
            yield Advice(
                f"rectangles of up to {self.max_area:g} of the image may cover all that tells its class; "
                "the paper stays within 0.4",
                _PAPER,
            )

    def conflicts(self, setup: Setup) -> Iterable[Conflict]:
        """Ranges whose ends are swapped."""
        if self.min_area > self.max_area:
            message = f"expected at most max_area, {self.max_area:g}, got {self.min_area:g}"
            yield Conflict("min_area", message)
        if self.min_aspect > self.max_aspect:
            message = f"expected at most max_aspect, {self.max_aspect:g}, got {self.min_aspect:g}"
            yield Conflict("min_aspect", message)

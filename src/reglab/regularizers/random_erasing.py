"""Random erasing: a random rectangle of a training image is covered."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Position, Regularizer

Aspect = Annotated[float, Field(ge=0.05, le=20)]
_PAPER = "Zhong, Zheng, Kang, Li and Yang, Random Erasing Data Augmentation, 2020"


class RandomErasing(Regularizer):
    """Covers a random rectangle of each training image with grey or noise, with some probability.

    The paper's algorithm 1: draw S uniformly in [min_area, max_area], r in [min_aspect, max_aspect] and a top
    left corner in the image. The rectangle has an area of S · height · width and a height of r times its
    width. Draw all of them again until the rectangle is inside the image, then cover the pixels whose
    centres are in it. Small rectangles fit more often: with the default ranges the mean area is 0.142 of the
    image, less than the mean of S, 0.21. Nothing is covered in inference.

    An image does not change if none of 100 rectangles fits; the authors' program has the same limit. With the
    default ranges, this happens to fewer than 1 in 10⁹ images; with areas near 1, to most of them.

    Source: Zhong, Zheng, Kang, Li and Yang, "Random Erasing Data Augmentation", 2020. The authors' program
    differs from the paper's algorithm: it draws the corner once, among those at which the rectangle fits.
    """

    title: ClassVar[str] = "Random erasing"

    probability: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Probability that an image is covered in part."""
    min_area: Annotated[float, Field(gt=0, lt=1)] = 0.02
    """Smallest rectangle, fraction of the image's area."""
    max_area: Annotated[float, Field(gt=0, le=1)] = 0.4
    """Largest rectangle, fraction of the image's area."""
    min_aspect: Aspect = 0.3
    """Smallest ratio of height to width."""
    max_aspect: Aspect = 3.33
    """Largest ratio of height to width."""
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
        """Rectangles that cover most of an image."""
        if self.max_area > 0.4:
            yield Advice(
                f"rectangles of up to {self.max_area:g} of the image may cover the object; "
                "the paper uses at most 0.4",
                _PAPER,
            )

    def conflicts(self, setup: Setup) -> Iterable[Conflict]:
        """Empty ranges, and ranges in which no rectangle fits into the image."""
        empty = tuple(self._empty_ranges())
        yield from empty
        if empty:
            return
        height, width, _ = setup.data.image_shape
        # With the ratio `widest`, the smallest rectangle is as wide as the image; with `highest`, as high.
        widest, highest = self.min_area * height / width, height / width / self.min_area
        if self.max_aspect <= widest or self.min_aspect >= highest:
            yield Conflict(
                "min_area",
                f"no rectangle of {self.min_area:g} of the image with min_aspect {self.min_aspect:g} to "
                f"max_aspect {self.max_aspect:g} fits into {height}×{width} pixels; "
                f"reduce min_area or include a ratio between {widest:.3g} and {highest:.3g}",
            )

    def _empty_ranges(self) -> Iterable[Conflict]:
        if self.min_area > self.max_area:
            message = f"expected at most max_area, {self.max_area:g}, got {self.min_area:g}"
            yield Conflict("min_area", message)
        if self.min_aspect > self.max_aspect:
            message = f"expected at most max_aspect, {self.max_aspect:g}, got {self.min_aspect:g}"
            yield Conflict("min_aspect", message)

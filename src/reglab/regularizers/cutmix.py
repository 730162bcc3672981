"""CutMix: a box of each training image is replaced by the same box of another, and labels are mixed."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Regularizer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class CutMix(Regularizer):
    """Replaces a box of each image by the same box of another image of the batch.

    With λ ~ Beta(α, α), the box has the sides W · √(1 − λ) and H · √(1 − λ), rounded down to whole pixels,
    and a uniform centre. The box is cut off at the edges of the image. The weight of an image's own label is
    the fraction of its pixels that are kept, which is above λ if the box is cut off. All images of a batch
    have the same λ and the same box, as in the authors' code.

    `train_accuracy` is computed with the mixed labels: the class with the larger share counts as the true
    one.

    Source: Yun, Han, Oh, Chun, Choe and Yoo, "CutMix: Regularization Strategy to Train Strong Classifiers
    with Localizable Features", 2019, equations 1 and 2.
    """

    title: ClassVar[str] = "CutMix"

    alpha: Annotated[float, Field(gt=0, le=100)] = 1.0
    """Both parameters (α) of the Beta distribution; 1, the paper's value, draws λ uniformly."""
    probability: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Fraction of the batches that are mixed; the authors' code has 0.5 for CIFAR and 1 for ImageNet."""

    def share_pixels(
        self, random: "np.random.Generator", count: int, height: int, width: int
    ) -> "NDArray[np.float32]":
        """0 inside the box and 1 outside, `(count, height, width)`."""
        import numpy as np

        shares = np.ones((count, height, width), np.float32)
        share, mixed = random.beta(self.alpha, self.alpha), random.random() < self.probability
        spans = []
        for side in (height, width):
            length = int(side * np.sqrt(1 - share))
            first = int(random.integers(side)) - length // 2
            spans.append(slice(max(first, 0), max(first + length, 0)))
        if mixed:
            shares[:, spans[0], spans[1]] = 0
        return shares

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """A combination with mixup."""
        if "mixup" in setup.regularizers:
            yield Advice(
                "cutmix and mixup mix the same images, and each pixel keeps the product of both shares; "
                "usually only one of them mixes a batch",
                "Wightman, Touvron and Jégou, ResNet strikes back, 2021",
            )

    def conflicts(self, setup: Setup) -> Iterable[Conflict]:
        """Batches of one image."""
        if setup.training.batch_size == 1:
            yield Conflict(
                "",
                "cutmix has no effect with training.batch_size 1, since a batch has no other image; "
                "set batch_size to 2 or more or remove cutmix",
            )

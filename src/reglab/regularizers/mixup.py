"""Mixup: training images and their labels are weighted means of two."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Regularizer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Mixup(Regularizer):
    """Trains with weighted means of two images and of their labels.

    x′ = λ · x + (1 − λ) · x₂ and t′ = λ · t + (1 − λ) · t₂ with λ ~ Beta(α, α), one λ for all images of a
    batch, as in the authors' code; x₂ is another image of the same batch. The output of the network
    should change linearly between training images.

    `train_accuracy` is computed with the mixed labels: the class with the larger share counts as the true
    one. It is usually below `clean_accuracy`, the accuracy on images that are not mixed.

    Source: Zhang, Cissé, Dauphin and Lopez-Paz, "mixup: Beyond Empirical Risk Minimization", 2018.
    """

    title: ClassVar[str] = "Mixup"

    alpha: Annotated[float, Field(gt=0, le=100)] = 1.0
    """Both parameters (α) of the Beta distribution: with 1, λ is uniform; below 1, most λ are near 0 or 1.
    The paper uses 1 for CIFAR and 0.1 to 0.4 for ImageNet."""

    def share_pixels(
        self, random: "np.random.Generator", count: int, height: int, width: int
    ) -> "NDArray[np.float32]":
        """λ for every image, `(count, 1, 1)`."""
        import numpy as np

        return np.full((count, 1, 1), random.beta(self.alpha, self.alpha), np.float32)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """Large α; a combination with label smoothing."""
        if self.alpha > 1:
            yield Advice(
                f"mixup with alpha {self.alpha:g} is strong: large values cause underfitting",
                "Zhang et al., mixup: Beyond Empirical Risk Minimization, 2018",
            )
        if "label_smoothing" in setup.regularizers:
            yield Advice(
                "mixup also smooths the labels, so label_smoothing smooths them a second time",
                "Carratino, Cissé, Jenatton and Vert, On Mixup Regularization, 2022",
            )

    def conflicts(self, setup: Setup) -> Iterable[Conflict]:
        """Batches of one image."""
        if setup.training.batch_size == 1:
            yield Conflict(
                "",
                "mixup has no effect with training.batch_size 1, since a batch has no other image; "
                "set batch_size to 2 or more or remove mixup",
            )

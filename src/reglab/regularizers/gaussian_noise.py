"""Gaussian noise: on the images, and where asked for on the activations, while training."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Position, Regularizer

Deviation = Annotated[float, Field(ge=0, le=1)]
_PAPER = "Bishop, Training with Noise is Equivalent to Tikhonov Regularization, 1995"


class GaussianNoise(Regularizer):
    """Adds independent normal noise to every value while training; nothing in inference.

    y = x + σ · z, z ~ N(0, 1), a new z for every value and step. Pixels have σ = 255 · `stddev` and
    are not cut off at 0 and 255, so that the noise keeps its mean of zero.

    Source: Bishop, "Training with Noise is Equivalent to Tikhonov Regularization", 1995.
    """

    title: ClassVar[str] = "Gaussian noise"

    stddev: Deviation = 0.1
    """Standard deviation on the images, fraction of the pixel range."""
    activations: Deviation = 0.0
    """Standard deviation between each convolution and its activation, in units of the feature maps."""

    def on_input(self, position: Position) -> Sequence[Any]:
        """Noise on the images, if `stddev` asks for it."""
        if not self.stddev:
            return ()
        from reglab.regularizers.layers.pixel_noise import PixelNoiseLayer

        layer = PixelNoiseLayer(
            255 * self.stddev, seed=position.key("gaussian_noise"), name=f"{position.layer}_gaussian_noise"
        )
        return (layer,)

    def after_convolution(self, position: Position) -> Sequence[Any]:
        """Noise on the convolution's feature maps, if `activations` asks for it."""
        if not self.activations:
            return ()
        from keras import layers

        layer = layers.GaussianNoise(
            self.activations, seed=position.key("gaussian_noise"), name=f"{position.layer}_gaussian_noise"
        )
        return (layer,)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """Noise that is small against the image."""
        if self.stddev > 0.25:
            yield Advice(
                f"noise of {self.stddev:g} of the pixel range hides the image; it acts as a mild "
                "penalty only while it is small",
                _PAPER,
            )

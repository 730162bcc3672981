"""Gaussian noise: training images and, if configured, feature maps get random noise."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from reglab.config.conflict import Conflict
from reglab.config.setup import Setup
from reglab.regularizers.base import Advice, Position, Regularizer

Deviation = Annotated[float, Field(ge=0, le=1)]
_PAPER = "Bishop, Training with Noise is Equivalent to Tikhonov Regularization, 1995"


class GaussianNoise(Regularizer):
    """Adds independent normal noise to every value while training; nothing in inference.

    y = x + σ · z, z ~ N(0, 1), a new z for every value and step. Pixels have σ = 255 · `stddev` and are not
    clipped to [0, 255], so that the noise has mean 0. It is drawn and added in float32, also in mixed
    precision.

    Source: Bishop, "Training with Noise is Equivalent to Tikhonov Regularization", 1995.
    """

    title: ClassVar[str] = "Gaussian noise"

    stddev: Deviation = 0.1
    """Standard deviation σ on the images, fraction of the pixel range."""
    activations: Deviation = 0.0
    """Standard deviation σ between each convolution and its activation, in units of the feature maps."""

    @property
    def changes_images(self) -> bool:
        """Not with noise on the activations only."""
        return self.stddev > 0

    def on_input(self, position: Position) -> Sequence[Any]:
        """Noise on the images, if `stddev` is above 0."""
        if not self.changes_images:
            return ()
        from reglab.regularizers.layers.pixel_noise import PixelNoiseLayer

        layer = PixelNoiseLayer(
            255 * self.stddev, seed=position.key("gaussian_noise"), name=f"{position.layer}_gaussian_noise"
        )
        return (layer,)

    def after_convolution(self, position: Position) -> Sequence[Any]:
        """Noise on the feature maps of a convolution, if `activations` is above 0."""
        if not self.activations:
            return ()
        from keras import layers

        layer = layers.GaussianNoise(
            self.activations,
            seed=position.key("gaussian_noise"),
            name=f"{position.layer}_gaussian_noise",
            dtype="float32",
        )
        return (layer,)

    def advice(self, setup: Setup) -> Iterable[Advice]:
        """Noise that is not small against the image."""
        if self.stddev > 0.25:
            yield Advice(
                f"noise with stddev {self.stddev:g} hides much of the image: "
                "only small noise acts as a penalty",
                _PAPER,
            )

    def conflicts(self, setup: Setup) -> Iterable[Conflict]:
        """Deviations of 0 only."""
        if not self.stddev and not self.activations:
            yield Conflict(
                "",
                "gaussian_noise has no effect while stddev and activations are 0; "
                "set one of them above 0 or remove gaussian_noise",
            )

"""The numbers that a diagnosis follows from, measured on the curves of one training."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from reglab.analysis.diagnosis.thresholds import LARGEST_WINDOW, LEAST_CHANGE
from reglab.analysis.diagnosis.trace import Array, Trace

_FEWEST_AT_END = 5


@dataclass(frozen=True)
class Evidence:
    """Means over the last measurements of a training, and their changes. Accuracies are fractions.

    Attributes:
        epochs: epochs trained.
        window: number of measurements in a mean.
        span: number of epochs over which rises and noise are measured: the last quarter of the training.
        clean_accuracy: on clean training images.
        validation_accuracy: on validation images.
        gap_error: standard error of the gap that follows from the numbers of images.
        validation_rise: change of the validation accuracy over the span, that of a straight line.
        clean_rise: the same of the clean accuracy.
        rise_error: standard error of `validation_rise` that follows from `noise`.
        noise: standard deviation of one measurement of the validation accuracy around its trend.
        clean_cross_entropy: on clean training images, nats.
        validation_cross_entropy: on validation images, nats.
        lowest_cross_entropy: minimum of the moving mean of the validation cross-entropy.
        lowest_epoch: position of this minimum.
        clean_cross_entropy_then: that of the clean images at this position.
        cross_entropy_error: standard error of the change of the validation cross-entropy since then.
        flat_since: position from which on the validation accuracy is less than `LEAST_CHANGE` below its last
            value.
    """

    epochs: float
    window: int
    span: float
    clean_accuracy: float
    validation_accuracy: float
    gap_error: float
    validation_rise: float
    clean_rise: float
    rise_error: float
    noise: float
    clean_cross_entropy: float
    validation_cross_entropy: float
    lowest_cross_entropy: float
    lowest_epoch: float
    clean_cross_entropy_then: float
    cross_entropy_error: float
    flat_since: float

    @property
    def gap(self) -> float:
        """Clean − validation accuracy."""
        return self.clean_accuracy - self.validation_accuracy

    @property
    def gap_rise(self) -> float:
        """Change of the gap over the span."""
        return self.clean_rise - self.validation_rise


def measure(trace: Trace) -> Evidence:
    """Measures the curves of a training.

    No value depends on one epoch: final values and the minimum are those of a moving mean over a quarter of
    the measurements, at most `LARGEST_WINDOW`; rises are those of a straight line, fitted by least squares to
    the last quarter of the measurements, at least five. Noise is estimated there too, from second
    differences, which are 0 for a curve that rises evenly: σ² = mean((xᵢ₊₁ − 2xᵢ + xᵢ₋₁)²) / 6.

    Args:
        trace: finite curves of at least `FEWEST_EPOCHS` measurements.
    """
    count = len(trace.epochs)
    window = min(LARGEST_WINDOW, max(1, count // 4))
    clean, validation = _smooth(trace.clean_accuracy, window), _smooth(trace.validation_accuracy, window)
    clean_ce = _smooth(trace.clean_cross_entropy, window)
    validation_ce = _smooth(trace.validation_cross_entropy, window)
    epochs = trace.epochs[window // 2 :]
    end = slice(-max(_FEWEST_AT_END, count // 4), None)
    line = _Line(trace.epochs[end])
    noise = _estimate_noise(trace.validation_accuracy[end])
    lowest = int(np.argmin(validation_ce))
    # The last measurement that was lower by as much as matters.
    below = np.flatnonzero(validation < validation[-1] - LEAST_CHANGE)
    flat = int(below[-1]) + 1 if len(below) else 0
    return Evidence(
        epochs=float(trace.epochs[-1]),
        window=window,
        span=line.span,
        clean_accuracy=float(clean[-1]),
        validation_accuracy=float(validation[-1]),
        gap_error=sqrt(
            _variance(clean[-1], trace.clean_images) + _variance(validation[-1], trace.validation_images)
        ),
        validation_rise=line.find_rise(trace.validation_accuracy[end]),
        clean_rise=line.find_rise(trace.clean_accuracy[end]),
        rise_error=line.find_error(noise),
        noise=noise,
        clean_cross_entropy=float(clean_ce[-1]),
        validation_cross_entropy=float(validation_ce[-1]),
        lowest_cross_entropy=float(validation_ce[lowest]),
        lowest_epoch=float(epochs[lowest]),
        clean_cross_entropy_then=float(clean_ce[lowest]),
        cross_entropy_error=_estimate_noise(trace.validation_cross_entropy[end]) * sqrt(2 / window),
        flat_since=float(epochs[flat]),
    )


class _Line:
    """Straight lines over given epochs, fitted by least squares.

    Attributes:
        span: from the first to the last epoch.
    """

    def __init__(self, epochs: Array) -> None:
        self._centred = epochs - epochs.mean()
        self._squares = float(self._centred @ self._centred)
        self.span = float(epochs[-1] - epochs[0])

    def find_rise(self, values: Array) -> float:
        """The rise over the span."""
        return float(self.span * (self._centred @ values) / self._squares)

    def find_error(self, noise: float) -> float:
        """The standard error of the rise of values with this noise."""
        return self.span * noise / sqrt(self._squares)


def _smooth(values: Array, window: int) -> Array:
    """Means over `window` neighbours, without the ends that have fewer."""
    return np.convolve(values, np.full(window, 1 / window), "valid")


def _estimate_noise(values: Array) -> float:
    return float(np.sqrt(np.mean(np.diff(values, 2) ** 2) / 6))


def _variance(accuracy: float, images: int) -> float:
    """The variance of an accuracy on `images` images, binomial."""
    return float(accuracy * (1 - accuracy) / images)

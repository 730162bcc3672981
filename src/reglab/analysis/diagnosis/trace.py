"""The curves that a diagnosis reads: of the history of a run, or of a training that moves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reglab.runs.history import History

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Trace:
    """Measurements of one training at increasing positions; every array is `(n,)` float64, n ≥ 1.

    The curves as trained are not part of it: dropout, augmentation and mixed or smoothed labels change them,
    so they cannot be compared with the validation curves.

    Attributes:
        epochs: how many epochs were trained before each measurement.
        clean_accuracy: on training images in inference mode, fractions.
        validation_accuracy: on validation images, fractions.
        clean_cross_entropy: on the training images, nats, without penalties.
        validation_cross_entropy: on the validation images, nats, without penalties.
        clean_images: number of training images of each measurement.
        validation_images: number of validation images of each measurement.
    """

    epochs: Array
    clean_accuracy: Array
    validation_accuracy: Array
    clean_cross_entropy: Array
    validation_cross_entropy: Array
    clean_images: int
    validation_images: int

    @property
    def is_finite(self) -> bool:
        """Whether every number is finite."""
        curves = (
            self.clean_accuracy,
            self.validation_accuracy,
            self.clean_cross_entropy,
            self.validation_cross_entropy,
        )
        return all(bool(np.isfinite(curve).all()) for curve in curves)


def trace_history(history: History, clean_images: int, validation_images: int) -> Trace:
    """The curves of a run, one measurement for each epoch.

    Args:
        history: with at least one epoch.
        clean_images: number of clean images.
        validation_images: number of validation images.
    """
    return Trace(
        history.column("epoch"),
        history.column("clean_accuracy"),
        history.column("val_accuracy"),
        history.column("clean_cross_entropy"),
        history.column("val_cross_entropy"),
        clean_images,
        validation_images,
    )

"""Weights with which a network is measured and saved, if they differ from the trained weights.

The network gets the average before measuring, and its trained weights again after the callbacks of the
regularizers and before recording. Therefore early stopping keeps averages, and a checkpoint contains both.
After the training the network has the average.
"""

from collections.abc import Mapping
from typing import Any

import keras

from reglab.experiment import Experiment


def find_average(experiment: Experiment, network: Any) -> Any:
    """The `WeightAverage` of an experiment; None if it is measured with the trained weights."""
    averages = [
        regularizer.measured_weights(network)
        for regularizer in experiment.regularizers.active
        if regularizer.takes("measured_weights")
    ]
    if len(averages) > 1:
        raise ValueError("Expected at most one regularizer with measured_weights.")
    return averages[0] if averages else None


def refuse_own_average(optimizer: Any) -> None:
    """Raises ValueError if an optimizer averages weights itself.

    Keras assigns its averages at the end of each `fit`, after the last epoch is measured, so history and
    summary would be of different weights.
    """
    if optimizer.use_ema:
        raise ValueError(
            "Expected an optimizer without use_ema, since history and summary would be of different weights. "
            "Average the weights in the seat measured_weights instead."
        )


def refuse_swapping(callbacks: Mapping[str, Any]) -> None:
    """Raises ValueError if a callback swaps weights itself: measurements and records would not agree."""
    for name, callback in callbacks.items():
        if isinstance(callback, keras.callbacks.SwapEMAWeights):
            raise ValueError(
                f"Expected callbacks that do not swap weights, got SwapEMAWeights from {name}, since history "
                "and summary would be of different weights. Use the seat measured_weights instead."
            )

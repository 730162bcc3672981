"""Mean and range of one column of the history over the seeds of an experiment."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reglab.runs.history import History


@dataclass(frozen=True)
class Curve:
    """Mean and range for each epoch; every array is `(epochs of the longest run,)`.

    Attributes:
        epochs: 1, 2, …; int64.
        mean: over the seeds that trained that epoch; float64.
        low: minimum of these seeds; float64.
        high: maximum of these seeds; float64.
    """

    epochs: NDArray[np.int64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def average_histories(histories: Sequence[History], column: str) -> Curve:
    """Averages one column over runs that may have stopped at different epochs.

    Args:
        histories: one for each seed, each with at least one epoch.
        column: a field of `Epoch`.

    Returns:
        The curve, as long as the longest history.
    """
    columns = [history.column(column) for history in histories]
    longest = max(len(values) for values in columns)
    running = [
        np.array([values[epoch] for values in columns if len(values) > epoch]) for epoch in range(longest)
    ]
    return Curve(
        np.arange(1, longest + 1, dtype=np.int64),
        np.array([values.mean() for values in running]),
        np.array([values.min() for values in running]),
        np.array([values.max() for values in running]),
    )

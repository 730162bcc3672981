"""Fixtures: the history of a made-up training of each kind, with noise."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from reglab.runs.history import Epoch, History

Array = NDArray[np.float64]


def build_history(curves: Sequence[Array]) -> History:
    """Builds a history from clean and validation accuracy, and clean and validation cross-entropy."""
    rows = zip(*curves, strict=True)
    return History(
        tuple(
            Epoch(number, 1.0, 1e-3, 1.0, 0.5, 1.0, clean_ce, clean, val_ce, val, 0.0, clean - val, 0.0)
            for number, (clean, val, clean_ce, val_ce) in enumerate(rows, start=1)
        )
    )


def draw_curves(kind: str, epochs: int = 40) -> tuple[Array, Array, Array, Array]:
    """The curves of a kind without noise."""
    time = np.arange(1, epochs + 1, dtype=float)
    learned = 1 - np.exp(-time / 4)
    falling, late = 2.3 - 1.5 * learned, np.maximum(0, time - 15)
    guesses = np.full(epochs, 0.1)
    match kind:
        case "overfitting":
            clean = 0.1 + 0.6 * learned + 0.01 * late
            return clean, 0.1 + 0.6 * learned, falling / (1 + late), falling + 0.04 * late
        case "fitting":
            return 0.1 + 0.75 * learned, 0.1 + 0.7 * learned, falling, falling + 0.1
        case "underfitting":
            return 0.1 + 0.3 * learned, 0.1 + 0.28 * learned, 2.3 - 0.6 * learned, 2.3 - 0.55 * learned
        case "not converged":
            return 0.1 + 0.015 * time, 0.1 + 0.014 * time, 2.3 - 0.03 * time, 2.3 - 0.028 * time
        case "at chance":
            return guesses, guesses, guesses * 0 + np.log(10), guesses * 0 + np.log(10)
        case _:
            raise ValueError(kind)


@pytest.fixture
def make_history() -> Callable[..., History]:
    """Make the history of a kind; `noise` is the standard deviation of both accuracies."""

    def make(kind: str, noise: float = 0.003, epochs: int = 40, seed: int = 0) -> History:
        random = np.random.default_rng(seed)
        clean, validation, clean_ce, validation_ce = draw_curves(kind, epochs)
        shared = random.normal(0, noise, epochs)
        return build_history((clean + shared, validation + shared, clean_ce - shared, validation_ce - shared))

    return make

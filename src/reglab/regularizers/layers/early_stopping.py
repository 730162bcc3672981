"""The callback that stops early. Imports Keras; import it only inside a seat."""

import sys
from collections.abc import Mapping
from math import isnan
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

_WEIGHT = "best_weight_"
# Fraction of the larger value: bounds the rounding of two values, min_delta and their difference.
_ROUNDING = 4 * sys.float_info.epsilon


class EarlyStoppingCallback(keras.callbacks.EarlyStopping):
    """Keras's early stopping with four differences.

    - Its state can be saved and resumed.
    - It keeps the weights of `model.network`, if the model has one, instead of all weights of the model.
    - It raises an error if the value to compare is missing, and a NaN is never an improvement, not in the
      first epoch either.
    - It compares in double precision, Keras in float32. In both, a gain of exactly `min_delta` is not an
      improvement, even if rounding makes it larger. Results differ only if gain and `min_delta` differ by
      less than about 10⁻⁷ of the value, which float32 cannot represent.

    Args:
        settings: patience and the other parameters, an `EarlyStopping`.
    """

    def __init__(self, settings: Any) -> None:
        super().__init__(
            monitor=settings.monitor,
            min_delta=settings.min_delta,
            patience=settings.patience,
            mode="max" if settings.monitor == "val_accuracy" else "min",
            restore_best_weights=settings.restore_best_weights,
            start_from_epoch=settings.start_from_epoch,
        )
        self.best_epoch = 0
        self._is_resumed = False

    def get_state(self) -> dict[str, NDArray[Any]]:
        """Everything on which the next epochs depend, as arrays, for `set_state`."""
        state = {
            "wait": np.asarray(self.wait),
            "stopped_epoch": np.asarray(self.stopped_epoch),
            "best_epoch": np.asarray(self.best_epoch),
        }
        if self.best is not None:
            state["best"] = np.asarray(self.best, np.float64)
        for index, weight in enumerate(self.best_weights or ()):
            state[f"{_WEIGHT}{index}"] = weight
        return state

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Restores the result of `get_state`. Call it before `fit`, which then does not reset the state."""
        self.wait = int(state["wait"])
        self.stopped_epoch = int(state["stopped_epoch"])
        self.best_epoch = int(state["best_epoch"])
        self.best = float(state["best"]) if "best" in state else None
        count = sum(key.startswith(_WEIGHT) for key in state)
        self.best_weights = [np.array(state[f"{_WEIGHT}{index}"]) for index in range(count)] or None
        self._is_resumed = True

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """Resets the state, unless `set_state` has set it."""
        if not self._is_resumed:
            super().on_train_begin(logs)
        self._is_resumed = False

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Compares with the best epoch so far, and stops the training after `patience` without improvement.

        Raises:
            RuntimeError: the logs have no value to compare.
        """
        value = self.get_monitor_value(logs)
        if epoch < self.start_from_epoch:
            return
        self.wait += 1
        if self._is_better(value):
            self.best, self.best_epoch, self.wait = value, epoch, 0
            if self.restore_best_weights:
                # Copies: on a CPU, the arrays from PyTorch share memory with the weights.
                self.best_weights = [np.array(weight) for weight in self._network.get_weights()]
        elif self.wait >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        """Restores the weights of the best epoch, if they were kept."""
        if self.best_weights is not None:
            self._network.set_weights(self.best_weights)

    @property
    def kept_epoch(self) -> int | None:
        """Epoch, from 1, of the weights after the training; None for the last epoch."""
        return None if self.best_weights is None else self.best_epoch + 1

    def get_monitor_value(self, logs: Mapping[str, float] | None) -> float:
        """The value of this epoch to compare.

        Raises:
            RuntimeError: the logs do not have it.
        """
        logs = logs or {}
        if self.monitor not in logs:
            known = ", ".join(sorted(logs)) or "nothing"
            raise RuntimeError(f"early stopping needs {self.monitor}; the logs have {known}")
        return float(logs[self.monitor])

    def _is_better(self, value: float) -> bool:
        if self.best is None:
            return not isnan(value)
        gain = value - self.best if self.mode == "max" else self.best - value
        # Two values without min_delta are compared exactly.
        rounding = _ROUNDING * max(abs(value), abs(self.best)) if self.min_delta else 0
        return bool(gain - self.min_delta > rounding)

    @property
    def _network(self) -> Any:
        return getattr(self.model, "network", self.model)

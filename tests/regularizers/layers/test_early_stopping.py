"""The callback that stops early: when it stops, what it restores, and how it is resumed."""

from typing import Any

import keras
import numpy as np
import pytest

from reglab.regularizers.early_stopping import EarlyStopping
from reglab.regularizers.layers.early_stopping import EarlyStoppingCallback


class Training:
    """A network whose only weight is the number of the epoch, as `fit` would show it to a callback."""

    def __init__(self, callback: EarlyStoppingCallback) -> None:
        self.network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
        self.stop_training = False
        self.callback = callback
        callback.set_model(self)

    @property
    def weight(self) -> float:
        return float(self.network.get_weights()[0][0, 0])

    def run(self, values: list[float], first: int = 0, column: str = "val_cross_entropy") -> int:
        """Trains through epochs with these values, and gives the number of those that were trained."""
        self.callback.on_train_begin()
        count = 0
        for epoch, value in enumerate(values, start=first):
            self.network.set_weights([np.full((1, 1), epoch, "float32")])
            self.callback.on_epoch_end(epoch, {"loss": 0.0, column: value})
            count += 1
            if self.stop_training:
                break
        self.callback.on_train_end()
        return count


def begin(**parameters: Any) -> Training:
    return Training(EarlyStoppingCallback(EarlyStopping(**parameters)))


def test_it_stops_when_patience_is_at_an_end() -> None:
    """The best epoch is 1; two epochs later it is enough, and its weights are back."""
    training = begin(patience=2)
    assert training.run([3, 1, 2, 1, 0]) == 4
    assert training.weight == 1
    assert training.callback.stopped_epoch == 3


def test_an_improvement_starts_the_count_anew() -> None:
    """Never two epochs in a row without improvement: trained to the end."""
    training = begin(patience=2)
    assert training.run([5, 6, 4, 6, 3, 6]) == 6


def test_the_best_weights_come_back_also_after_the_last_epoch() -> None:
    """Trained to the end, the best epoch was the third."""
    training = begin(patience=10)
    assert training.run([3, 2, 1, 2]) == 4
    assert training.weight == 2


def test_without_restoring_the_last_weights_stay() -> None:
    """And none are kept."""
    training = begin(patience=2, restore_best_weights=False)
    assert training.run([3, 1, 2, 2]) == 4
    assert training.weight == 3
    assert training.callback.best_weights is None


def test_accuracy_is_to_rise() -> None:
    """The direction follows from the column."""
    training = begin(patience=2, monitor="val_accuracy")
    assert training.run([0.1, 0.3, 0.2, 0.25, 0.9], column="val_accuracy") == 4
    assert training.weight == 1


@pytest.mark.parametrize(("min_delta", "count"), [(0.0, 4), (0.5, 3)])
def test_gains_up_to_min_delta_do_not_count(min_delta: float, count: int) -> None:
    """0.5 less is an improvement only where less is asked for."""
    assert begin(patience=2, min_delta=min_delta).run([3, 2.5, 2.5, 2.5, 2.5]) == count


def test_small_gains_count_in_double_precision() -> None:
    """Keras compares in float32, where these two are equal."""
    assert begin(patience=1).run([1.0, 1.0 - 1e-12, 2.0]) == 3


def test_the_first_epochs_are_not_watched() -> None:
    """They neither count as best nor against the patience."""
    training = begin(patience=2, start_from_epoch=3)
    assert training.run([0, 1, 2, 5, 4, 6, 6, 6]) == 7
    assert training.weight == 4


def test_a_value_that_is_no_number_is_no_improvement() -> None:
    """Not even at the beginning."""
    training = begin(patience=3)
    assert training.run([float("nan"), 2, 1, float("nan"), 3, 3]) == 6
    assert training.weight == 2


def test_a_missing_value_raises() -> None:
    """Rather than warn and train on."""
    training = begin()
    with pytest.raises(RuntimeError) as error:
        training.callback.on_epoch_end(0, {"val_accuracy": 0.5, "loss": 1.0})
    assert (
        str(error.value) == "early stopping watches val_cross_entropy, but the logs hold loss, val_accuracy"
    )


@pytest.mark.parametrize("interrupted_after", range(1, 7))
def test_a_resumed_training_ends_as_one_that_was_not_interrupted(interrupted_after: int) -> None:
    """State saved as arrays after any epoch, a new callback: same end, same weights, same state."""
    values = [5.0, 3.0, 4.0, 2.0, 3.0, 2.5, 2.25, 1.0]
    whole = begin(patience=3)
    count = whole.run(values)
    assert (count, whole.weight) == (7, 3)

    before = begin(patience=3)
    before.callback.on_train_begin()
    for epoch, value in enumerate(values[:interrupted_after]):
        before.network.set_weights([np.full((1, 1), epoch, "float32")])
        before.callback.on_epoch_end(epoch, {"val_cross_entropy": value})
    state = before.callback.get_state()
    assert all(isinstance(array, np.ndarray) and array.dtype != object for array in state.values())

    after = begin(patience=3)
    after.callback.set_state(state)
    assert interrupted_after + after.run(values[interrupted_after:], first=interrupted_after) == count
    assert after.weight == whole.weight
    for key, array in whole.callback.get_state().items():
        np.testing.assert_array_equal(after.callback.get_state()[key], array)


def test_the_state_before_the_first_epoch_can_be_resumed() -> None:
    """There is no best value and there are no weights yet."""
    training = begin(patience=2)
    state = training.callback.get_state()
    assert {key: array.tolist() for key, array in state.items()} == {
        "wait": 0,
        "stopped_epoch": 0,
        "best_epoch": 0,
    }
    training.callback.set_state(state)
    assert training.run([3, 1, 2, 2, 0]) == 4


def test_a_second_training_starts_anew() -> None:
    """What was set for the first `fit` is not kept for the next."""
    training = begin(patience=2)
    training.callback.set_state(training.callback.get_state())
    assert training.run([1, 2, 2]) == 3
    training.stop_training = False
    assert training.run([9, 8, 7, 6]) == 4
    assert training.weight == 3


def test_a_model_without_a_network_is_restored_itself() -> None:
    """In stock `fit`, with the kept weights untouched by the steps that follow."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    seen: list[Any] = []

    class Scores(keras.callbacks.Callback):
        """Gives out falling, then rising values, and remembers the weights."""

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            logs["val_cross_entropy"] = abs(epoch - 1)
            seen.append(self.model.get_weights()[0].copy())

    (callback,) = EarlyStopping(patience=2).callbacks()
    model.fit(np.ones((4, 1)), np.full((4, 1), 9), epochs=9, verbose=0, callbacks=[Scores(), callback])
    assert len(seen) == 4
    assert not np.array_equal(seen[1], seen[3])
    np.testing.assert_array_equal(model.get_weights()[0], seen[1])

"""The callback that stops early: when it stops, what it restores, and how it resumes."""

from typing import Any

import keras
import numpy as np
import pytest

from reglab.regularizers.early_stopping import EarlyStopping
from reglab.regularizers.layers.early_stopping import EarlyStoppingCallback


class Training:
    """Calls a callback as `fit` does, with a network whose only weight is the number of the epoch."""

    def __init__(self, callback: EarlyStoppingCallback) -> None:
        self.network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
        self.stop_training = False
        self.callback = callback
        callback.set_model(self)

    @property
    def weight(self) -> float:
        return float(self.network.get_weights()[0][0, 0])

    def run(self, values: list[float], first: int = 0, column: str = "val_cross_entropy") -> int:
        """Trains with these values, one an epoch, and returns the number of epochs trained."""
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


def test_it_stops_after_patience_epochs() -> None:
    """The best epoch is 1; two epochs later it stops and restores its weights."""
    training = begin(patience=2)
    assert training.run([3, 1, 2, 1, 0]) == 4
    assert training.weight == 1
    assert training.callback.stopped_epoch == 3


def test_an_improvement_resets_the_count() -> None:
    """Never two epochs in a row without improvement, so it does not stop."""
    training = begin(patience=2)
    assert training.run([5, 6, 4, 6, 3, 6]) == 6


def test_the_best_weights_are_restored_after_the_last_epoch() -> None:
    """It does not stop, and the best epoch is the third."""
    training = begin(patience=10)
    assert training.run([3, 2, 1, 2]) == 4
    assert training.weight == 2


def test_without_restoring_the_last_weights_remain() -> None:
    """No weights are kept."""
    training = begin(patience=2, restore_best_weights=False)
    assert training.run([3, 1, 2, 2]) == 4
    assert training.weight == 3
    assert training.callback.best_weights is None


def test_larger_accuracy_is_better() -> None:
    """The direction follows from the column."""
    training = begin(patience=2, monitor="val_accuracy")
    assert training.run([0.1, 0.3, 0.2, 0.25, 0.9], column="val_accuracy") == 4
    assert training.weight == 1


@pytest.mark.parametrize(("min_delta", "count"), [(0.0, 4), (0.5, 3)])
def test_gains_up_to_min_delta_do_not_count(min_delta: float, count: int) -> None:
    """A gain of 0.5 is an improvement only if min_delta is smaller."""
    assert begin(patience=2, min_delta=min_delta).run([3, 2.5, 2.5, 2.5, 2.5]) == count


@pytest.mark.parametrize("images", [200, 1000, 10_000])
def test_a_gain_of_exactly_min_delta_never_counts(images: int) -> None:
    """For all accuracies k / n, although 0.160 − 0.155 > 0.005 in double precision; one more image does."""
    steps = images // 200
    (callback,) = EarlyStopping(monitor="val_accuracy", min_delta=steps / images).callbacks()
    for hits in range(images - steps):
        callback.best = hits / images
        assert not callback._is_better((hits + steps) / images)
        assert callback._is_better((hits + steps + 1) / images)


def test_it_stops_where_keras_stops() -> None:
    """20,000 random sequences of accuracies k / n, with ties and gains of exactly min_delta."""
    random = np.random.default_rng(0)
    ties = 0
    for _ in range(20_000):
        images = int(random.integers(3, 1000))
        delta = float(random.integers(0, 4)) / images
        patience, first = int(random.integers(1, 4)), int(random.integers(0, 3))
        hits = random.integers(0, 6, int(random.integers(3, 8))) + images // 2
        ties += int((np.diff(hits) == round(delta * images)).sum())
        settings = {"min_delta": delta, "patience": patience, "start_from_epoch": first}
        ours = EarlyStopping(monitor="val_accuracy", **settings).callbacks()[0]
        keras_own = keras.callbacks.EarlyStopping(
            "val_accuracy", mode="max", restore_best_weights=True, **settings
        )
        # Keras's comparison, in float32, without the overhead of tensors.
        keras_own.monitor_op = lambda one, other: np.float32(one) > np.float32(other)
        assert follow(ours, hits / images) == follow(keras_own, hits / images), (hits, images, settings)
    assert ties > 10_000


def test_keras_compares_in_float32() -> None:
    """The comparison that the test above assumes."""
    callback = keras.callbacks.EarlyStopping("val_accuracy", mode="max", min_delta=0.005)
    callback._set_monitor_op()
    assert callback.monitor_op is keras.ops.greater
    assert not callback._is_improvement(0.160, 0.155)
    assert not callback._is_improvement(1.005 + 1e-9, 1.0)
    assert callback._is_improvement(0.1601, 0.155)


class Epochs:
    """A model whose weights are the number of the epoch."""

    def __init__(self) -> None:
        self.stop_training = False
        self.epoch = 0

    def get_weights(self) -> list[np.ndarray]:
        return [np.array(self.epoch)]

    def set_weights(self, weights: list[np.ndarray]) -> None:
        self.epoch = int(weights[0])


def follow(callback: Any, values: np.ndarray) -> tuple[int, int, int]:
    """The number of epochs trained, the best epoch, and the epoch of the restored weights."""
    model = Epochs()
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate(values.tolist()):
        model.epoch = epoch
        callback.on_epoch_end(epoch, {"val_accuracy": value})
        if model.stop_training:
            break
    callback.on_train_end()
    return epoch, callback.best_epoch, model.epoch


def test_small_gains_count_in_double_precision() -> None:
    """Keras compares in float32, in which these two values are equal."""
    assert begin(patience=1).run([1.0, 1.0 - 1e-12, 2.0]) == 3


def test_the_first_epochs_are_ignored() -> None:
    """They do not count as best, nor as epochs without improvement."""
    training = begin(patience=2, start_from_epoch=3)
    assert training.run([0, 1, 2, 5, 4, 6, 6, 6]) == 7
    assert training.weight == 4


def test_nan_is_not_an_improvement() -> None:
    """Not even in the first epoch."""
    training = begin(patience=3)
    assert training.run([float("nan"), 2, 1, float("nan"), 3, 3]) == 6
    assert training.weight == 2


def test_a_missing_value_raises() -> None:
    """Keras only warns."""
    training = begin()
    with pytest.raises(RuntimeError) as error:
        training.callback.on_epoch_end(0, {"val_accuracy": 0.5, "loss": 1.0})
    assert str(error.value) == "early stopping needs val_cross_entropy; the logs have loss, val_accuracy"


@pytest.mark.parametrize("interrupted_after", range(1, 7))
def test_a_resumed_training_ends_like_an_uninterrupted_one(interrupted_after: int) -> None:
    """Saved after any epoch and set in a new callback: the same end, weights and state."""
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


def test_training_resumes_from_the_initial_state() -> None:
    """It has no best value and no weights."""
    training = begin(patience=2)
    state = training.callback.get_state()
    assert {key: array.tolist() for key, array in state.items()} == {
        "wait": 0,
        "stopped_epoch": 0,
        "best_epoch": 0,
    }
    training.callback.set_state(state)
    assert training.run([3, 1, 2, 2, 0]) == 4


def test_a_second_training_resets_the_state() -> None:
    """A state that was set is used by the next `fit` only."""
    training = begin(patience=2)
    training.callback.set_state(training.callback.get_state())
    assert training.run([1, 2, 2]) == 3
    training.stop_training = False
    assert training.run([9, 8, 7, 6]) == 4
    assert training.weight == 3


def test_a_model_without_a_network_is_restored_itself() -> None:
    """In stock `fit`; the following steps do not change the kept weights."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    seen: list[Any] = []

    class Scores(keras.callbacks.Callback):
        """Logs falling, then rising values, and keeps the weights."""

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            logs["val_cross_entropy"] = abs(epoch - 1)
            seen.append(self.model.get_weights()[0].copy())

    (callback,) = EarlyStopping(patience=2).callbacks()
    model.fit(np.ones((4, 1)), np.full((4, 1), 9), epochs=9, verbose=0, callbacks=[Scores(), callback])
    assert len(seen) == 4
    assert not np.array_equal(seen[1], seen[3])
    np.testing.assert_array_equal(model.get_weights()[0], seen[1])

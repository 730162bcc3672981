"""Averages of a network's weights. Imports Keras; import it only inside a seat."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops


class WeightAverage(keras.layers.Layer):
    """The base class of the averages with which a network is measured and saved.

    It is a layer before the network that returns its input. Therefore its variables are in the checkpoint,
    and `update` is compiled into the step on every backend. Subclasses override `update` and `compute`. An
    average that has to estimate the running statistics of batch norm again, such as stochastic weight
    averaging, does so in `swap_in`, after the weights are assigned.

    Args:
        network: the network; its trainable weights and the running statistics of batch norm are averaged.
        name: name of the layer.
    """

    def __init__(self, network: Any, name: str) -> None:
        super().__init__(name=name, dtype="float32", trainable=False)
        # A function, since Keras would track a network in an attribute as a part of this layer.
        self._read_weights: Callable[[], Sequence[Any]] = lambda: network.weights
        self._trained: tuple[Any, ...] = ()

    @property
    def averaged(self) -> Sequence[Any]:
        """The Keras variables that are averaged."""
        return self._read_weights()

    def update(self) -> None:
        """Adds the weights to the average; called at the beginning of each training step."""
        raise NotImplementedError

    def compute(self) -> Sequence[Any]:
        """The average including the network's current weights; one array for each of `averaged`."""
        raise NotImplementedError

    def call(self, images: Any, training: bool = False) -> Any:
        """The images."""
        if training:
            self.update()
        return images

    def compute_output_spec(self, images: Any, training: bool = False) -> Any:
        """The shape and dtype of the images."""
        return keras.KerasTensor(images.shape, dtype=images.dtype)

    def swap_in(self) -> None:
        """Assigns the average to the network, and stores the weights that are trained."""
        trained = tuple(np.array(weight.numpy()) for weight in self.averaged)
        for weight, value in zip(self.averaged, self.compute(), strict=True):
            weight.assign(value)
        self._trained = trained

    def swap_out(self) -> None:
        """Assigns the stored weights to the network, bit for bit."""
        for weight, value in zip(self.averaged, self._trained, strict=True):
            weight.assign(value)
        self._trained = ()


class ExponentialAverage(WeightAverage):
    """The exponential moving average of the weights; the initial weights are not included.

    a_t = a_{t−1} + (1 − m) / (1 − mᵗ) · (θ_t − a_{t−1}), which is Σ mᵗ⁻ⁱ · θ_i / Σ mᵗ⁻ⁱ over the steps i ≥ 1.

    Args:
        momentum: m, in (0, 1).
        network: the network whose weights are averaged.
        name: name of the layer.
    """

    def __init__(self, momentum: float, network: Any, name: str) -> None:
        super().__init__(network, name)
        self.momentum = momentum
        self._updates = self.add_weight(shape=(), initializer="zeros", trainable=False, name="updates")
        self._averages = [
            self.add_weight(
                shape=weight.shape,
                initializer="zeros",
                trainable=False,
                name=weight.path.replace("/", "_"),
            )
            for weight in self.averaged
        ]

    def update(self) -> None:
        """Adds the weights; those of the first call, the initial weights, are replaced by the second."""
        for average, value in zip(self._averages, self.compute(), strict=True):
            average.assign(value)
        self._updates.assign(self._updates + 1)

    def compute(self) -> Sequence[Any]:
        """The averages that the next `update` stores."""
        # expm1, since 1 − mᵗ in float32 has few digits while mᵗ is near 1.
        decay = math.log(self.momentum)
        rate = math.expm1(decay) / ops.expm1(decay * ops.maximum(self._updates, 1.0))
        return [
            average + rate * (ops.stop_gradient(weight.value) - average)
            for average, weight in zip(self._averages, self.averaged, strict=True)
        ]

"""Averages of a network's weights. Imports Keras; import it only inside a seat."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops


class WeightAverage(keras.layers.Layer):
    """The base of averages with which a network is measured and saved.

    It is a layer in front of the network that returns its input, so that its variables are in the
    checkpoint, and `update` is compiled into the step on every backend. Subclasses override `update` and
    `compute`. An average of another kind, such as stochastic weight averaging, whose weights need other
    running statistics of batch norm, estimates these in `swap_in`, after the weights are assigned.

    Args:
        network: whose weights are averaged: trainable ones and the running statistics of batch norm.
        name: name of the layer.
    """

    def __init__(self, network: Any, name: str) -> None:
        super().__init__(name=name, dtype="float32", trainable=False)
        # A function, since Keras would take a network in an attribute for a part of this layer.
        self._read_weights: Callable[[], Sequence[Any]] = lambda: network.weights
        self._trained: tuple[Any, ...] = ()

    @property
    def averaged(self) -> Sequence[Any]:
        """The Keras variables that are averaged."""
        return self._read_weights()

    def update(self) -> None:
        """Called at the beginning of each step, with the weights after the step before."""
        raise NotImplementedError

    def compute(self) -> Sequence[Any]:
        """The average, with the weights after the last step in it; one array for each of `averaged`."""
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
        """Gives the network the average, and keeps the weights that are trained."""
        trained = tuple(np.array(weight.numpy()) for weight in self.averaged)
        for weight, value in zip(self.averaged, self.compute(), strict=True):
            weight.assign(value)
        self._trained = trained

    def swap_out(self) -> None:
        """Gives the network back the weights that are trained, bit for bit."""
        for weight, value in zip(self.averaged, self._trained, strict=True):
            weight.assign(value)
        self._trained = ()


class ExponentialAverage(WeightAverage):
    """The exponential moving average of the weights, without a share of the initial ones.

    a_t = a_{t−1} + (1 − m) / (1 − mᵗ) · (θ_t − a_{t−1}), which is Σ mᵗ⁻ⁱ · θ_i / Σ mᵗ⁻ⁱ over the steps i ≥ 1.

    Args:
        momentum: m, in (0, 1).
        network: whose weights are averaged.
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
        """Adds the weights after the step before; the first time, the initial weights, which are replaced."""
        for average, value in zip(self._averages, self.compute(), strict=True):
            average.assign(value)
        self._updates.assign(self._updates + 1)

    def compute(self) -> Sequence[Any]:
        """The averages, one step ahead of the variables."""
        # expm1, since 1 − mᵗ in float32 has few digits while mᵗ is near 1.
        decay = math.log(self.momentum)
        rate = math.expm1(decay) / ops.expm1(decay * ops.maximum(self._updates, 1.0))
        return [
            average + rate * (ops.stop_gradient(weight.value) - average)
            for average, weight in zip(self._averages, self.averaged, strict=True)
        ]

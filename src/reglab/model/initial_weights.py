"""Initial weights that two experiments share wherever they share a layer."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reglab.random_keys import kernel_generator


def set_initial_weights(network: Any, seed: int) -> None:
    """Gives every kernel its initial values, keyed by (seed, name of its layer).

    Kernels are drawn by NumPy rather than by Keras, so that they are the same on every backend.
    Biases, scales and shifts keep Keras's zeros and ones.

    Args:
        network: a built `keras.Model`, changed in place.
        seed: the experiment's.
    """
    for layer in network.layers:
        kernel = getattr(layer, "kernel", None)
        if kernel is not None:
            kernel.assign(draw_kernel(tuple(kernel.shape), layer.name, seed))


def draw_kernel(shape: tuple[int, ...], layer: str, seed: int) -> NDArray[np.float32]:
    """Glorot's uniform distribution: U(−a, a) with a = √(6 / (fan in + fan out)), Keras's default.

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", 2010.

    Args:
        shape: of the kernel, `(…, inputs, outputs)`; what stands in front is the window.
        layer: name of the layer.
        seed: the experiment's.

    Returns:
        The values, float32, of that shape.
    """
    window = math.prod(shape[:-2])
    limit = math.sqrt(6 / (window * (shape[-2] + shape[-1])))
    return kernel_generator(seed, layer).uniform(-limit, limit, shape).astype(np.float32)

"""Initial weights, which are equal in all experiments with the same seed, layer name and shape."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reglab.random_keys import kernel_generator


def set_initial_weights(network: Any, seed: int) -> None:
    """Sets the initial values of every kernel, keyed by (seed, name of its layer).

    NumPy draws the kernels, so that they are the same on every backend. Biases, scales and shifts keep
    Keras's initial zeros and ones.

    Args:
        network: a built `keras.Model`, changed in place.
        seed: the experiment's seed.
    """
    for layer in network.layers:
        kernel = getattr(layer, "kernel", None)
        if kernel is not None:
            kernel.assign(draw_kernel(tuple(kernel.shape), layer.name, seed))


def draw_kernel(shape: tuple[int, ...], layer: str, seed: int) -> NDArray[np.float32]:
    """Draws a kernel from Glorot's uniform distribution, which is Keras's default.

    U(−a, a) with a = √(6 / (fan in + fan out)).

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", 2010.

    Args:
        shape: `(…, inputs, outputs)`; the leading axes are the window of a convolution.
        layer: name of the layer.
        seed: the experiment's seed.

    Returns:
        The kernel, float32, of that shape.
    """
    window = math.prod(shape[:-2])
    limit = math.sqrt(6 / (window * (shape[-2] + shape[-1])))
    return kernel_generator(seed, layer).uniform(-limit, limit, shape).astype(np.float32)

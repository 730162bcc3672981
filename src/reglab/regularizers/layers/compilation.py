"""Functions of tensors, compiled. Imports Keras, and is itself imported when needed."""

from collections.abc import Callable
from typing import Any

import keras


def compile_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """A pure function of tensors that runs compiled by XLA, whatever surrounds it.

    On TensorFlow without a GPU, `fit` runs the network uncompiled, as XLA's convolutions are slow there;
    chains of small operations, however, gain an order of magnitude. It is compiled once for each shape.
    JAX compiles the whole step anyway, and PyTorch runs the function as it is.
    """
    if keras.backend.backend() != "tensorflow":
        return function
    import tensorflow as tf

    compiled: Callable[..., Any] = tf.function(function, jit_compile=True, autograph=False)
    return compiled

"""Compiled functions of tensors. Imports Keras; import it only inside a seat."""

from collections.abc import Callable
from typing import Any

import keras


def compile_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiles a function with XLA on TensorFlow; returns it unchanged on other backends.

    On TensorFlow without a GPU, `fit` does not compile the network, since XLA's convolutions are slow there.
    Chains of small operations become faster when compiled. The function is compiled once for each shape. JAX
    compiles the whole step, and PyTorch does not compile the function.

    Args:
        function: a pure function of tensors.
    """
    if keras.backend.backend() != "tensorflow":
        return function
    import tensorflow as tf

    compiled: Callable[..., Any] = tf.function(function, jit_compile=True, autograph=False)
    return compiled

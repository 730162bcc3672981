"""Batch normalization in one kernel. Imports Keras, and is itself imported when needed."""

from typing import Any

import keras
from keras import ops

# cuDNN takes no smaller epsilon.
SMALLEST_EPSILON = 1.001e-5


class FusedBatchNormalization(keras.layers.BatchNormalization):
    """Keras's batch normalization, in training by TensorFlow's fused kernel where that can be.

    Keras's own layer makes several float32 passes over the feature maps, forward and back; the kernel
    (oneDNN, cuDNN) makes two, and takes bfloat16. Same arguments, weights, outputs and moving averages,
    up to rounding. Inference is Keras's, to the last bit that of the network that is saved. Other
    backends, vectors and special cases (masks, renormalization, synchronization) are Keras's throughout.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalized inputs, of the same shape, in the layer's compute dtype."""
        if not (training and self.trainable and mask is None and self._can_fuse(inputs)):
            return super().call(inputs, training=training, mask=mask)
        import tensorflow as tf

        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=self.gamma,
            offset=self.beta,
            mean=tf.zeros([0]),
            variance=tf.zeros([0]),
            epsilon=self.epsilon,
            is_training=True,
        )
        # The kernel divides the squares by count − 1 in what it returns, Keras by the count.
        count = tf.cast(tf.size(inputs) // inputs.shape[-1], tf.float32)
        self._average(self.moving_mean, mean)
        self._average(self.moving_variance, variance * ((count - 1) / count))
        return ops.cast(outputs, self.compute_dtype)

    def _can_fuse(self, inputs: Any) -> bool:
        return bool(
            keras.backend.backend() == "tensorflow"
            and len(inputs.shape) == 4
            and self.axis in (-1, 3)
            and keras.backend.standardize_dtype(inputs.dtype) in ("float32", "bfloat16", "float16")
            and self.scale
            and self.center
            and not self.renorm
            and not self.synchronized
            and self.epsilon >= SMALLEST_EPSILON
        )

    def _average(self, moving: Any, value: Any) -> None:
        moving.assign(moving * self.momentum + value * (1 - self.momentum))


def to_stock(layer: Any) -> Any:
    """A new layer of Keras's own with the same settings; weights are not taken along.

    Fused batch normalization becomes Keras's, any other layer a copy of itself, so it can be the
    `clone_function` of `keras.models.clone_model`.
    """
    kind = keras.layers.BatchNormalization if isinstance(layer, FusedBatchNormalization) else type(layer)
    return kind.from_config(layer.get_config())

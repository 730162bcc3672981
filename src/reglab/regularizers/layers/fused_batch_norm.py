"""Batch normalization in one kernel. Imports Keras; import it only inside a seat."""

from typing import Any

import keras
from keras import ops

# The smallest epsilon that cuDNN accepts.
SMALLEST_EPSILON = 1.001e-5


class FusedBatchNormalization(keras.layers.BatchNormalization):
    """Keras's batch normalization, trained with TensorFlow's fused kernel if possible.

    Keras's own layer makes several float32 passes over the feature maps in each direction; the kernel
    (oneDNN, cuDNN) makes two, and accepts bfloat16. Arguments, weights, outputs and moving averages are
    the same, up to rounding. Inference, other backends, vectors and special cases (masks,
    renormalization, synchronization) use Keras's own layer, bit for bit.
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
        # The kernel returns the sum of squares / (count − 1); Keras averages the sum of squares / count.
        count = tf.cast(tf.size(inputs) // inputs.shape[-1], tf.float32)
        self._average(self.moving_mean, mean)
        self._average(self.moving_variance, variance * ((count - 1) / count))
        return ops.cast(outputs, self.compute_dtype)

    def make_stock(self) -> Any:
        """Keras's own batch normalization with the same settings."""
        return keras.layers.BatchNormalization.from_config(self.get_config())

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

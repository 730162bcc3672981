"""Measures the speed of a large matrix product, an upper limit for training.

python matrix_product.py PRECISION

Reports the images per second of `mp` if all its multiplications ran at this speed.
"""

import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf
from report import report

_SIDE = 4096
_REPEATS = 5
# Multiply-adds of `mp` per image: once forward, twice backward; two operations each.
_OPERATIONS_AN_IMAGE = 3 * 2 * 38_642_304


def main() -> None:
    """Multiply and report the speed."""
    dtype = tf.bfloat16 if sys.argv[1] == "mixed_bfloat16" else tf.float32
    left, right = (tf.cast(tf.random.normal((_SIDE, _SIDE)), dtype) for _ in range(2))
    product = tf.function(lambda: tf.reduce_sum(tf.cast(tf.matmul(left, right), tf.float32)))
    product().numpy()
    best = float("inf")
    for _ in range(_REPEATS):
        start = time.perf_counter()
        product().numpy()
        best = min(best, time.perf_counter() - start)
    operations_a_second = 2 * _SIDE**3 / best
    report(operations_a_second / _OPERATIONS_AN_IMAGE, gigaflops=operations_a_second / 1e9)


if __name__ == "__main__":
    main()

"""The layer that drops blocks of feature maps. Imports Keras; import it only inside a seat."""

from typing import Any

import keras
from keras import layers, ops


class DropBlockLayer(layers.Layer):
    """Zeroes square blocks of each feature map while training; the identity in inference.

    It computes in float32 under every dtype policy, since γ is too small for bfloat16 draws.

    Args:
        rate: fraction of the values to drop, in (0, 1).
        block_size: side of a block, pixels.
        seed: seed of the draws.
        name: name of the layer.
    """

    def __init__(self, rate: float, block_size: int, seed: int, name: str) -> None:
        super().__init__(name=name, dtype="float32")
        self.rate = rate
        self.block_size = block_size
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Feature maps `(n, height, width, channels)` as float32, with blocks dropped if `training`."""
        if not training:
            return inputs
        _, height, width, channels = inputs.shape
        block = min(self.block_size, height, width)
        rows, columns = height - block + 1, width - block + 1
        gamma = self.rate / block**2 * (height * width) / (rows * columns)
        draws = keras.random.uniform(
            (ops.shape(inputs)[0], rows, columns, channels), dtype="float32", seed=self.seed_generator
        )
        kept = 1 - spread_blocks(ops.cast(draws < gamma, "float32"), block)
        # 1e-7 is far below the share of a single value; it only avoids 0 / 0.
        return inputs * kept / ops.maximum(ops.mean(kept), 1e-7)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The input shape."""
        return input_shape

    def make_stock(self) -> Any:
        """The identity, which equals this layer in inference."""
        return layers.Identity(name=self.name, dtype="float32")


def spread_blocks(corners: Any, block: int) -> Any:
    """Extends each top left corner to its block.

    Args:
        corners: `(n, height − block + 1, width − block + 1, channels)` float32, 1 at a corner, else 0.
        block: side of a block, pixels.

    Returns:
        `(n, height, width, channels)` float32, 1 inside a block, else 0.
    """
    margin = (block - 1, block - 1)
    return ops.max_pool(ops.pad(corners, ((0, 0), margin, margin, (0, 0))), block, strides=1)

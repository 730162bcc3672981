"""The layer that augments images. Imports Keras, and is itself imported when needed."""

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from reglab.regularizers.affine import DRAWS_PER_IMAGE, compose_affine, scale_draws
from reglab.regularizers.compilation import compile_function
from reglab.regularizers.warp import warp

if TYPE_CHECKING:
    from reglab.regularizers.augmentation import Augmentation


class AugmentationLayer(keras.layers.Layer):
    """Moves each image at random while training, and is the identity in inference.

    It computes in float32 whatever the global policy is: eight bits of mantissa would blur positions.

    Args:
        augmentation: how far to move.
        seed: of the draws; with the number of steps so far it fixes every one.
        name: of the layer.
    """

    def __init__(self, augmentation: "Augmentation", seed: int, name: str) -> None:
        super().__init__(name=name, dtype="float32")
        self.augmentation = augmentation
        self.seed_generator = keras.random.SeedGenerator(seed)
        self._move_compiled = compile_function(self._move)

    def call(self, images: Any, training: bool = False) -> Any:
        """Moves images `(n, height, width, channels)` in [0, 255]; float32, same shape and range."""
        images = ops.cast(images, "float32")
        if not training:
            return images
        draws = keras.random.uniform(
            (ops.shape(images)[0], DRAWS_PER_IMAGE), dtype="float32", seed=self.seed_generator
        )
        return self._move_compiled(images, draws)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The shape stays."""
        return input_shape

    def _move(self, images: Any, draws: Any) -> Any:
        _, height, width, _ = images.shape
        moves = scale_draws(draws, self.augmentation, height, width)
        return warp(images, compose_affine(moves, height, width), self.augmentation.fill_mode)

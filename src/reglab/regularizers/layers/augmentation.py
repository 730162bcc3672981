"""The layer that augments images. Imports Keras; import it only inside a seat."""

from typing import Any

import keras
from keras import ops

from reglab.regularizers.layers.affine import DRAWS_PER_IMAGE, compose_affine, scale_draws
from reglab.regularizers.layers.compilation import compile_function
from reglab.regularizers.layers.pixel_layer import PixelLayer
from reglab.regularizers.layers.warp import warp


class AugmentationLayer(PixelLayer):
    """Moves each image at random.

    Args:
        augmentation: limits of the moves, an `Augmentation`.
        seed: seed of the draws; each draw follows from it and the number of draws before.
        name: name of the layer.
    """

    def __init__(self, augmentation: Any, seed: int, name: str) -> None:
        super().__init__(seed, name)
        self.augmentation = augmentation
        self._move_compiled = compile_function(self._move)

    def change(self, images: Any) -> Any:
        """Moved images; the range of their values does not change."""
        draws = keras.random.uniform(
            (ops.shape(images)[0], DRAWS_PER_IMAGE), dtype="float32", seed=self.seed_generator
        )
        return self._move_compiled(images, draws)

    def _move(self, images: Any, draws: Any) -> Any:
        _, height, width, _ = images.shape
        moves = scale_draws(draws, self.augmentation, height, width)
        return warp(images, compose_affine(moves, height, width), self.augmentation.fill_mode)

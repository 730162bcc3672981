"""The base of layers that change images."""

from typing import Any

import keras
import numpy as np
import pytest

from reglab.regularizers.layers.pixel_layer import PixelLayer


class Draws(PixelLayer):
    """Adds one draw to all pixels, and records its input."""

    def change(self, images: Any) -> Any:
        self.got = images
        return images + keras.random.uniform((), dtype="float32", seed=self.seed_generator)


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (2, 4, 4, 3)).astype("uint8")


@pytest.mark.usefixtures("mixed_bfloat16")
def test_it_computes_in_float32(images: np.ndarray) -> None:
    """In mixed precision, from uint8, in training and in inference."""
    layer = Draws(3, "draws")
    for training in (True, False):
        assert keras.backend.standardize_dtype(layer(images, training=training).dtype) == "float32"
    assert keras.backend.standardize_dtype(layer.got.dtype) == "float32"


def test_inference_is_the_identity_and_draws_nothing(images: np.ndarray) -> None:
    """Inference is also the default."""
    layer = Draws(3, "draws")
    for got in (layer(images), layer(images, training=False)):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(got), images)
    assert layer.seed_generator.state.numpy().tolist() == [3, 0]
    assert (keras.ops.convert_to_numpy(layer(images, training=True)) != images).any()
    assert layer.seed_generator.state.numpy().tolist() == [3, 1]


def test_the_shape_does_not_change() -> None:
    """The shape is known before the layer is called with images."""
    layer = Draws(3, "draws")
    assert layer.compute_output_shape((None, 8, 9, 1)) == (None, 8, 9, 1)
    assert layer(keras.Input((8, 9, 1))).shape == (None, 8, 9, 1)

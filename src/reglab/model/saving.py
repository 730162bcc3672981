"""The trained network for others: stock Keras layers, raw pixels in, probabilities out."""

from typing import Any

import keras
from keras import layers

from reglab.regularizers.fused_batch_norm import to_stock


def build_standalone(network: keras.Model) -> keras.Model:
    """A copy that needs nothing of reglab.

    Args:
        network: as `build_network` makes it, trained.

    Returns:
        A model from images `(n, height, width, channels)` uint8 to probabilities `(n, classes)`
        float32. Penalties and constraints, which act in training only, are left out.
    """
    images = keras.Input(network.input_shape[1:], dtype="uint8", name="images")
    copy = keras.models.clone_model(network, input_tensors=images, clone_function=_plain_layer)
    copy.set_weights(network.get_weights())
    probabilities = layers.Softmax(name="probabilities", dtype="float32")(copy.output)
    return keras.Model(images, probabilities, name="reglab")


def _plain_layer(layer: Any) -> Any:
    if not hasattr(layer, "kernel"):
        return to_stock(layer)
    # Convolutions and dense layers are Keras's already, but a penalty of ours would have to be rebuilt.
    config = layer.get_config() | {"kernel_regularizer": None, "kernel_constraint": None}
    return type(layer).from_config(config)

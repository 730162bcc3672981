"""The trained network, saved: its weights, and a copy of stock Keras layers, pixels in, probabilities out."""

from io import BytesIO
from typing import Any

import keras
from keras import layers

from reglab.regularizers.layers.fused_batch_norm import to_stock


def pack_weights(network: keras.Model) -> bytes:
    """The content of the network's `.weights.h5`.

    Made in memory: where the disk is full, HDF5 ends the process with a segmentation fault instead of
    an error.
    """
    file = _NamedMemory()
    network.save_weights(file)
    return file.getvalue()


class _NamedMemory(BytesIO):
    """A file in memory, which Keras takes if its name has the right ending."""

    def __str__(self) -> str:
        return "model.weights.h5"


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
